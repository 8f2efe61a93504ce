"""The main job on a server: open, edit, submit; the server is killed in between and comes back; nothing typed is lost.

Once wide and light, once narrow and dark (ALL=1: in both themes at both widths), with pictures of what a person meets."""

import json
import os
import signal
import socket
import subprocess

from desk import BANNER, PROGRAM, ROOT, Window, accessibility, check, desk, display, home, rest, start, until

WIDE = (1440, 860)
NARROW = (1000, 720)


def serve(store, port=0, *more):
    """The team server over a store; the process and its URL."""
    process = start([PROGRAM, "serve", "--store", store, "--listen", f"127.0.0.1:{port}", *more],
                    stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if line.startswith("Serving"):
            return process, line.split()[-1]
    check(False, "the server did not start")


def number(store, at=1):
    return json.loads(desk("show", BANNER, "--store", store))["Phone"][at]["number"]


def type_number(window, text):
    window.click("Phone", "page tab", begins=True)
    if window.named("Table", "radio button"):
        window.click("Table", "radio button")
    window.click("Phone 2 number", "table cell")
    window.type(text)
    window.press("Return")
    window.shows("1 changed")


def edited_and_sent(window, store):
    window.press("ctrl+k")
    window.type(BANNER)
    window.press("Return")
    window.find("Bruce Banner", "heading")
    type_number(window, "6543211")
    window.press("ctrl+Return")
    window.shows("accepted and read back")
    check(number(store) == "6543211", f"on the server is {number(store)}")


def server_gone_and_back(window, server, url, store, picture):
    type_number(window, "7777777")
    server.send_signal(signal.SIGKILL)
    server.wait(10)
    window.press("ctrl+Return")
    window.shows("was not reached")
    window.shows("Your draft is kept.")
    picture("2-not-reached")
    check(number(store) == "6543211", "nothing was sent, and yet it is there")
    server, again = serve(store, url.rsplit(":", 1)[-1])
    check(again == url, f"it came back at {again}, not at {url}")
    window.click("Try again", "push button")
    window.shows("accepted and read back")
    check(number(store) == "7777777", f"after trying again on the server is {number(store)}")
    return server


def connection(window, url, picture):
    """The list of targets, and the form with a test that fails and one that does not."""
    window.click("Target:", begins=True)
    window.find("New connection…", "push button")
    picture("3-targets")
    window.click("New connection…", "push button")
    window.find("Test connection", "push button")
    window.type("Paris")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
    window.click("Address", "entry")
    window.type(nobody)
    window.click("Test connection", "push button")
    window.shows("Connection fails")
    picture("4-test-fails")
    window.click("Address", "entry")
    window.press("ctrl+a")
    window.type(url)
    window.click("Test connection", "push button")
    window.shows("Schemas works")
    picture("5-test-works")
    window.click("Save and open", "push button")
    window.shows("This server has 10 customers.")
    picture("6-connected")
    window.click("Target:", begins=True)
    window.find("Edit… Paris", "push button")
    picture("7-targets-with-connection")
    window.press("Escape")


def signed_in(url, size, picture, theme):
    """A server with users: the prompt, a wrong password, a right one."""
    window = opened(url, size, theme)
    window.find("Password", "password text")
    picture(window, "8-sign-in")
    window.type("kent")
    window.press("Tab")
    window.type("batman")
    window.press("Return")
    window.shows("refuses the user kent")
    window.type("superman")
    picture(window, "9-wrong-password")
    window.press("Return")
    window.shows("This server has 10 customers.")
    window.close()


def opened(url, size, theme):
    window = Window("--server", url, size=size)
    if window.named(theme.capitalize(), "push button"):
        window.click(theme.capitalize(), "push button")
    return window


def one(width, size, theme):
    folder = home()
    store = folder / "store"
    desk("import", ROOT / "assets/samples/store.json", "--store", store)
    server, url = serve(store)
    name = f"server-{width}-{theme}"
    window = opened(url, size, theme)
    window.shows("This server has 10 customers.")
    edited_and_sent(window, store)
    window.picture(f"{name}-1-sent")
    server = server_gone_and_back(window, server, url, store, lambda what: window.picture(f"{name}-{what}"))
    connection(window, url, lambda what: window.picture(f"{name}-{what}"))
    window.close()
    server.terminate()
    until("the server stops", lambda: server.poll() is not None)
    gone(url, size, theme, name)
    users = folder / "users"
    users.write_text("kent:superman\n")
    users.chmod(0o600)
    server, url = serve(store, 0, "--users", users)
    signed_in(url, size, lambda shown, what: shown.picture(f"{name}-{what}"), theme)
    server.terminate()


def gone(url, size, theme, name):
    """A start while the server is not there."""
    window = Window("--server", url, size=size)
    window.shows("is not reached")
    rest(0.3)
    window.picture(f"{name}-A-gone")
    window.close()


def main():
    display()
    accessibility()
    for width, size, theme in [("wide", WIDE, "light"), ("narrow", NARROW, "dark")]:
        one(width, size, theme)
    if os.environ.get("ALL"):
        one("wide", WIDE, "dark")
        one("narrow", NARROW, "light")


main()
