"""A power cut in the middle of a word: what was typed is there at the next start, up to the last keystrokes."""

import os
import random
import signal
import subprocess
import time

from desk import BANNER, Window, accessibility, check, desk, display, home, start, until, ROOT

ROUNDS = int(os.environ.get("ROUNDS", "10"))
SECONDS = 1.5  # so much of the typing may be lost
DELAY = 12  # milliseconds from key to key


def typed_until_killed(window, text, seconds):
    """Types, kills the window after so many seconds, and says how many characters were pressed at least a while before."""
    typing = start(["xdotool", "type", "--delay", DELAY, text])
    time.sleep(seconds)
    before = until("something is in the cell", lambda: window.value("Phone 1 description"))
    time.sleep(SECONDS)
    window.process.send_signal(signal.SIGKILL)
    window.process.wait(15)
    try:
        typing.wait(30)
    except subprocess.TimeoutExpired:
        typing.kill()
    return before


def value(window, text):
    """What the cell says, if it is a part of the text."""
    said = window.find("Phone 1 description", "table cell").get_description().split(". ")[0]
    return said if text.startswith(said) else None


def round_of(store, dice):
    text = "".join(dice.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(1200))
    window = Window("--store", store, "--customer", BANNER)
    window.find("Phone 1 description", "table cell")
    window.click("Phone 1 description", "table cell")
    before = typed_until_killed(window, text, dice.uniform(0.2, 3.0))
    check(text.startswith(before), f"typed was {text[:40]}…, in the cell stood {before[:40]}…")
    window = Window("--store", store, "--customer", BANNER)
    kept = until("the draft is there with what was typed", lambda: value(window, text), 10)
    check(len(kept) >= len(before), f"{len(before)} characters were there {SECONDS} s before the kill, the draft has {len(kept)}")
    window.find("Drafts", "heading")
    window.process.send_signal(signal.SIGKILL)
    window.process.wait(15)
    return len(before), len(kept)


def main():
    seed = int(os.environ.get("SEED", random.randrange(10**9)))
    print(f"   SEED={seed}")
    dice = random.Random(seed)
    folder = home()
    store = folder / "store"
    desk("import", ROOT / "assets/samples/store.json", "--store", store)
    stored = desk("show", BANNER, "--store", store)
    display()
    accessibility()
    for number in range(ROUNDS):
        seen, kept = round_of(store, dice)
        print(f"   round {number + 1}: {seen} characters seen, {kept} kept")
    check(desk("show", BANNER, "--store", store) == stored, "a draft reached the store without Submit")


main()
