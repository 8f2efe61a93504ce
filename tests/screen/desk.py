"""A real window on a display of its own: start it, find things by their accessible names, press keys, look at the disk.

Everything that is started here ends with the process, and every wait has an end."""

import atexit
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("PROFILE_DESK", ROOT / "target/debug/profile-desk"))
PICTURES = ROOT / "target/screens"
BANNER = "0004Va58A92T0017"
WAIT = 30.0

_started = []


def _end():
    for process in reversed(_started):
        if process.poll() is None:
            process.terminate()
    for process in reversed(_started):
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


atexit.register(_end)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


class Failed(Exception):
    """What a person would have noticed."""


def check(holds, sentence):
    if not holds:
        raise Failed(sentence)


def until(what, ask, seconds=WAIT):
    """Asks until the answer is true; the answer."""
    end = time.monotonic() + seconds
    while True:
        try:
            answer = ask()
        except GLib.Error:  # the tree changed while it was read
            answer = None
        if answer:
            return answer
        check(time.monotonic() < end, f"not within {seconds:.0f} s: {what}")
        time.sleep(0.05)


def start(command, **more):
    process = subprocess.Popen([str(part) for part in command], **more)
    _started.append(process)
    return process


def run(*command, **more):
    return subprocess.run([str(part) for part in command], timeout=60, **more)


def display(width=1600, height=1000):
    """A display without anything else on it; sets DISPLAY."""
    read, write = os.pipe()
    screen = f"{width}x{height}x24"
    start(["Xvfb", "-displayfd", write, "-screen", "0", screen, "-nolisten", "tcp", "-noreset"],
          pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as number:
        os.environ["DISPLAY"] = ":" + number.readline().strip()


def accessibility():
    """The accessibility bus, with its switch on, as when a screen reader runs."""
    launcher = next(path for path in ["/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher"]
                    if os.path.exists(path))
    start([launcher, "--launch-immediately"], stderr=subprocess.DEVNULL)
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)

    def switched():
        value = GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True)))
        bus.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set", value, None,
                      Gio.DBusCallFlags.NONE, 2000, None)
        return True

    until("the accessibility bus answers", switched)
    Atspi.init()
    Atspi.set_timeout(5000, 15000)


def home():
    """A person's folder of their own, gone at the end; sets HOME and its kind."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="profile-desk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.update(HOME=str(folder), XDG_DATA_HOME=str(folder / "data"), XDG_CONFIG_HOME=str(folder / "conf"),
                      TZ="UTC", LANG="C.UTF-8")
    os.environ.pop("WAYLAND_DISPLAY", None)
    return folder


def desk(*arguments):
    """A command of the program; what it printed."""
    done = run(PROGRAM, *arguments, capture_output=True, text=True)
    check(done.returncode == 0, f"{' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


def rest(seconds=0.25):
    time.sleep(seconds)


class Window:
    """The program's window."""

    def __init__(self, *arguments, size=None):
        self.log = tempfile.TemporaryFile()
        self.process = start([PROGRAM, *arguments], stderr=self.log)
        self.id = until("the window is there", self._search)
        if size:
            self.size(*size)
        self.focus()
        self.app = until("the program is on the accessibility bus", self._application)
        self.app.set_cache_mask(Atspi.Cache.NONE)
        rest()

    def _search(self):
        check(self.process.poll() is None, f"the program ended: {self.said()}")
        found = run("xdotool", "search", "--onlyvisible", "--name", "^Profile Desk$", capture_output=True, text=True)
        return found.stdout.split()[-1] if found.stdout.split() else None

    def _application(self):
        check(self.process.poll() is None, f"the program ended: {self.said()}")
        desktop = Atspi.get_desktop(0)
        desktop.clear_cache()
        for at in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(at)
            if child and child.get_name() == "profile-desk" and child.get_process_id() == self.process.pid:
                return child
        return None

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def focus(self):
        run("xdotool", "windowfocus", "--sync", self.id)

    def size(self, width, height):
        run("xdotool", "windowsize", self.id, width, height)
        rest(0.6)

    def close(self):
        """Ends the window as a session does, and says whether it panicked."""
        self.process.terminate()
        self.process.wait(15)
        check("panicked" not in self.said(), self.said())

    # What is on the screen.

    def walk(self):
        """Every node, from the top down."""
        waiting = [self.app]
        while waiting:
            node = waiting.pop()
            yield node
            children = [node.get_child_at_index(at) for at in range(node.get_child_count())]
            waiting.extend(child for child in reversed(children) if child)

    def named(self, name, role=None, begins=False):
        """The first node with this name, or None."""
        for node in self.walk():
            found = node.get_name() or ""
            if (found.startswith(name) if begins else found == name) and role in (None, node.get_role_name()):
                return node
        return None

    def find(self, name, role=None, begins=False, seconds=WAIT):
        return until(f"{name!r} is on the screen", lambda: self.named(name, role, begins), seconds)

    def texts(self):
        return [node.get_name() for node in self.walk() if node.get_name()]

    def shows(self, text, seconds=WAIT):
        """Waits until some name or label has the text."""
        return until(f"the screen says {text!r}",
                     lambda: next((found for found in self.texts() if text in found), None), seconds)

    def focused(self):
        """The name of what has the keyboard."""
        for node in self.walk():
            if node.get_name() and node.get_state_set().contains(Atspi.StateType.FOCUSED):
                return node.get_name()
        return ""

    def value(self, name):
        """What stands in an entry."""
        node = self.named(name, "entry") or self.named(name)
        text = node and node.get_text_iface()
        return Atspi.Text.get_text(text, 0, -1) if text else None

    # Hands.

    def click(self, name, role=None, begins=False):
        """The mouse on the middle of what has this name."""
        box = self.find(name, role, begins).get_extents(Atspi.CoordType.WINDOW)
        x, y = box.x + box.width // 2, box.y + box.height // 2
        run("xdotool", "mousemove", "--window", self.id, x, y)
        rest(0.1)
        run("xdotool", "click", "1")
        rest()

    def press(self, *keys):
        for key in keys:
            run("xdotool", "key", key)
            rest(0.15)

    def type(self, text, delay=15):
        run("xdotool", "type", "--delay", delay, text)
        rest()

    def picture(self, name):
        """What the window looks like, kept for people to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        run("xdotool", "mousemove", "--window", self.id, 2, 400)
        rest(0.5)
        run("import", "-window", self.id, PICTURES / f"{name}.png")
