//! JSON for people: two spaces a level, a record a line. The tokens stay as they are.

use super::{Kind, View};

/// The value over several lines, a record (an object without objects or arrays in it) a line; no newline at the end.
pub fn pretty(view: View<'_>) -> String {
    let mut text = String::new();
    write(view, 0, &mut text);
    text
}

fn write(view: View<'_>, depth: usize, out: &mut String) {
    let is_record =
        |view: View<'_>| view.members().all(|(_, v)| !matches!(v.kind(), Kind::Object | Kind::Array));
    let pad = "  ".repeat(depth + 1);
    let (open, close) = if view.kind() == Kind::Object { ('{', '}') } else { ('[', ']') };
    let leaf = match view.kind() {
        Kind::Object => depth > 0 && is_record(view),
        Kind::Array => view.elements().all(|v| !matches!(v.kind(), Kind::Object | Kind::Array)),
        _ => true,
    };
    if leaf {
        return out.push_str(view.as_str());
    }
    out.push(open);
    let members = view.members().map(|(name, value)| (Some(name), value));
    for (number, (name, value)) in members.chain(view.elements().map(|value| (None, value))).enumerate() {
        out.push_str(if number == 0 { "\n" } else { ",\n" });
        out.push_str(&pad);
        if let Some(name) = name {
            out.push_str(name.as_str());
            out.push_str(": ");
        }
        write(value, depth + 1, out);
    }
    out.push('\n');
    out.push_str(&pad[2..]);
    out.push(close);
}
