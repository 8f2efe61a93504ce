"""The main job from another process through the accessibility bus, as a screen reader does it: no key, no mouse."""

import json

from desk import BANNER, Atspi, Window, accessibility, check, desk, display, home, until


def act(window, name, role=None, begins=False):
    """Presses what has this name."""
    node = window.find(name, role, begins)
    check(Atspi.Action.do_action(node, 0), f"{name!r} takes no action")


def write(window, name, text):
    """Sets the text of an entry, as dictation does."""
    node = window.find(name, "entry")
    check(Atspi.EditableText.set_text_contents(node, text), f"{name!r} takes no text")
    until(f"{name!r} has the text", lambda: window.value(name) == text)


def all_named(window, state):
    """Whatever can have the keyboard has a name. Read again where the tree changed meanwhile."""
    until(f"{state} is read to its end", lambda: has_names(window, state))


def has_names(window, state):
    for node in window.walk():
        focusable = node.get_state_set().contains(Atspi.StateType.FOCUSABLE)
        if focusable and node.get_role_name() != "frame":
            check(node.get_name(), f"{state}: a {node.get_role_name()} without a name")
    return True


def main():
    folder = home()
    display()
    accessibility()
    window = Window("--store", folder / "store")
    all_named(window, "first start")
    act(window, "Open sample data")
    window.shows("This store has 10 customers.")
    write(window, "Find", BANNER)
    act(window, "Open", "push button")
    window.find("Bruce Banner", "heading")
    act(window, "Phone", "page tab", begins=True)
    cell = window.find("Phone 2 number", "table cell")
    check(cell.get_description() == "6543210", f"the cell says {cell.get_description()!r}")
    all_named(window, "the table")
    act(window, "Phone 2 number", "table cell")
    write(window, "Phone 2 number", "6543217")
    all_named(window, "a cell being edited")
    act(window, "Submit", "push button", begins=True)
    message = until("a message is announced", lambda: announced(window))
    check("1" in message or message, "the message is empty")
    print(f"   announced: {message}")
    window.shows("nothing changed")
    numbers = [phone["number"] for phone in json.loads(desk("show", BANNER, "--store", folder / "data/profile-desk/sample"))["Phone"]]
    check(numbers == ["3145926535", "6543217", "199000103"], f"on the disk are {numbers}")
    in_form(window)
    act(window, "Keys", "push button")
    window.find("Close", "push button")
    all_named(window, "the keys")
    window.close()


def announced(window):
    node = next((node for node in window.walk() if node.get_role_name() == "status bar"), None)
    return node and node.get_name()


def in_form(window):
    act(window, "Form", "radio button")
    write(window, "Phone 2 description", "calls only")
    all_named(window, "the form")
    act(window, "Undo")
    until("Undo puts the field back", lambda: window.value("Phone 2 description") != "calls only")


main()
