"""Pictures of each state, in both themes, wide and narrow: for people to look at. A state that cannot be reached fails."""

from desk import BANNER, PICTURES, ROOT, Window, accessibility, check, desk, display, home, rest

WIDE = (1440, 860)
NARROW = (1000, 720)


def states(window, folder, prefix):
    """From the first start to what was submitted."""
    def picture(name):
        window.picture(f"{prefix}-{name}")

    picture("1-first-start")
    window.click("Start with an empty store", "push button")
    window.shows("This store has 0 customers.")
    picture("2-empty")
    desk("import", ROOT / "assets/samples/store.json", "--store", folder / "store")
    window.press("ctrl+k")
    window.type("951")
    rest(0.5)
    picture("3-found")
    window.press("ctrl+k")
    window.type(BANNER)
    window.press("Return")
    window.find("Bruce Banner", "heading")
    picture("4-customer")
    changes(window)
    picture("5-changes")
    window.press("F8")
    picture("6-changes-open")
    window.press("F8")
    window.click("Form", "radio button")
    window.find("Phone 4 description", "entry")
    picture("7-form")
    window.click("Table", "radio button")
    window.click("Profile", "page tab")
    picture("8-profile")
    window.press("F1")
    window.find("Close", "push button")
    picture("9-keys")
    window.press("Escape")


def changes(window):
    """One changed, one new and wrong, one removed; in the table, whatever the width."""
    window.click("Phone", "page tab", begins=True)
    window.click("Table", "radio button")
    window.click("Phone 2 number", "table cell")
    window.type("6543211")
    window.press("Return", "ctrl+shift+Delete", "ctrl+shift+a")
    for text in ["6", "+33", "61234567890123456", "mobile"]:
        window.type(text)
        window.press("Tab")
    window.shows("1 changed · 1 new · 1 removed")


def main():
    display()
    accessibility()
    for old in PICTURES.glob("*.png"):
        old.unlink()
    for width, size in [("wide", WIDE), ("narrow", NARROW)]:
        for theme in ["light", "dark"]:
            folder = home()
            window = Window("--store", folder / "store", size=size)
            if window.named(theme.capitalize(), "push button"):
                window.click(theme.capitalize(), "push button")
            states(window, folder, f"{width}-{theme}")
            window.close()
    taken = len(list(PICTURES.glob("*.png")))
    print(f"   {taken} pictures in target/screens")
    check(taken == 36, f"{taken} pictures")


main()
