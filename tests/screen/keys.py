"""The main job with real keys and a real mouse: sample data, find, edit, add, submit, and the bytes on the disk."""

import json

from desk import BANNER, Window, accessibility, check, desk, display, home, run, until

CHANGED = {"PhoneType": 2, "prefix": "+33", "number": "6543211", "description": "business calls only, no sales",
           "start_availabilty": "2009-12-18T09:30:00.000Z", "end_availabilty": "2009-12-18T17:45:00.000Z"}
ADDED = {"PhoneType": 5, "prefix": "+33", "number": "951357456", "description": "typed, not pasted",
         "start_availabilty": "2009-12-18T18:30:00.000Z"}


def walk_to(window, name):
    """Tab until this has the keyboard."""
    for _ in range(40):
        focused = window.focused()
        if focused.startswith(name):
            return
        window.press("Tab")
    check(False, f"Tab never reached {name}")


def edit(window):
    window.click("Open sample data", "push button")
    window.shows("This store has 10 customers.")
    window.press("ctrl+k")
    window.type(BANNER)
    window.press("Return")
    window.find("Bruce Banner", "heading")
    window.click("Phone", "page tab", begins=True)
    walk_to(window, "Phone 1 PhoneType")
    window.press("Down", "Right", "Right")
    check(window.focused() == "Phone 2 number", f"the arrows led to {window.focused()}")
    window.type("6543211")
    window.press("ctrl+q")
    check(window.process.poll() is None, "Ctrl+Q took the window away in the middle of a word")
    window.press("Return")
    window.press("ctrl+shift+a")
    until("the new record has the keyboard", lambda: window.focused() == "Phone 4 PhoneType")
    for text in ["5", "+33", "951357456", "typed, not pasted", "2009-12-18 18:30"]:
        window.type(text)
        window.press("Tab")
    window.shows("1 changed · 1 new")


def sent(window, store):
    before = json.loads(desk("show", BANNER, "--store", store))
    window.press("ctrl+Return")
    window.shows("nothing changed")
    after = json.loads(desk("show", BANNER, "--store", store))
    wanted = dict(before, Phone=[before["Phone"][0], CHANGED, before["Phone"][2], ADDED])
    check(after == wanted, f"on the disk is {after}, not {wanted}")


def journal(store):
    """The same through jq, as somebody without the program reads it."""
    lines = sorted(store.glob("journal-*.jsonl"))
    numbers = run("jq", "-c", 'select(.method == "POST" and (.path | endswith("/extensions"))) | [.path, .body.Phone[].number]',
                  *lines, capture_output=True, text=True).stdout.splitlines()
    wanted = json.dumps([f"/profiles/{BANNER}/extensions", "6543211", "951357456"], separators=(",", ":"))
    check(numbers[-1:] == [wanted], f"the journal's last insert is {numbers[-1:]}, not {wanted}")


def main():
    folder = home()
    display()
    accessibility()
    window = Window("--store", folder / "store")
    edit(window)
    store = folder / "data/profile-desk/sample"
    sent(window, store)
    journal(store)
    window.close()


main()
