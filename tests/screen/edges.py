"""Where there is no window to show: one sentence, an exit status, no panic. And what a window costs while nobody touches it."""

import os
import tempfile
import time

from desk import BANNER, PROGRAM, ROOT, Window, accessibility, check, desk, display, home, rest, run

LIBRARIES = ["libX11-xcb.so.1", "libXcursor.so.1", "libXi.so.6", "libxkbcommon-x11.so.0", "libxkbcommon.so.0"]


def refused(what, **environment):
    """The window cannot be shown: exit status 3, one sentence, the packages, no panic."""
    done = run("timeout", "20", PROGRAM, "--store", "nowhere", capture_output=True, text=True, env=environment)
    check(done.returncode == 3, f"{what}: exit status {done.returncode}\n{done.stderr}")
    lines = done.stderr.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    check(len(errors) == 1 and lines[0] == errors[0], f"{what}: not one sentence first:\n{done.stderr}")
    check("panicked" not in done.stderr and "/src/" not in done.stderr, f"{what}:\n{done.stderr}")
    check(done.stdout == "", f"{what}: {done.stdout!r} on standard output")


def without_a_display():
    bare = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    refused("no display", **bare)
    refused("an X display that is not there", **bare, DISPLAY=":9797")
    refused("a Wayland display that is not there", **bare, WAYLAND_DISPLAY="nobody")


def without_a_library():
    """What is found first under the library's name is no library, so that it cannot be loaded."""
    for library in LIBRARIES:
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, library), "w", encoding="ascii") as file:
                file.write("not a library\n")
            refused(f"without {library}", **dict(os.environ, LD_LIBRARY_PATH=folder))


def ticks(process):
    with open(f"/proc/{process}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(") ", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def at_rest(folder):
    store = folder / "store"
    desk("import", ROOT / "assets/samples/store.json", "--store", store)
    window = Window("--store", store, "--customer", BANNER)
    window.find("Phone 2 number")
    for state in ["a customer open, the box focused", "a cell focused"]:
        rest(2)
        before = ticks(window.process.pid)
        time.sleep(10)
        spent = ticks(window.process.pid) - before
        print(f"   10 s at rest, {state}: {spent} ticks of {os.sysconf('SC_CLK_TCK')} a second")
        check(spent < 100, f"{spent} ticks in 10 s with {state}: a busy loop")
        window.click("Phone 2 number")
    window.close()


def main():
    folder = home()
    without_a_display()
    display()
    without_a_library()
    accessibility()
    at_rest(folder)


main()
