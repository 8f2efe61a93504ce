//! Why a text is not JSON that this program can keep, and where.

/// Why a text is not JSON that this program can keep, and where. `Display` is one sentence without the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct JsonError {
    /// What is wrong.
    pub problem: JsonProblem,
    /// Where: an offset in bytes from the start of the text.
    pub offset: usize,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

/// The kinds of trouble a text can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonProblem {
    /// Something else should stand here. `found` is a short description of what does.
    #[error("{expected} was expected here, but there is {found}")]
    Expected {
        /// What could stand here.
        expected: &'static str,
        /// What stands here.
        found: String,
    },
    /// The same name twice in one object (compared without letter case).
    #[error(
        "the name \"{name}\" stands twice in one object; it stands first at line {first_line}, column {first_column}"
    )]
    DuplicateName {
        /// The name as written here.
        name: String,
        /// Where the first one stands, in bytes.
        first_offset: usize,
        /// Line of the first one.
        first_line: usize,
        /// Column of the first one.
        first_column: usize,
    },
    /// `\ud800` without its other half: no text can hold it.
    #[error("half of a surrogate pair (\\ud800 to \\udfff) stands alone; no text can hold it")]
    LoneSurrogate,
    /// An escape that JSON does not know.
    #[error("this is not an escape that JSON knows")]
    BadEscape,
    /// A control character inside a string.
    #[error("a control character must be escaped inside a string")]
    ControlCharacter,
    /// Too deep.
    #[error("arrays and objects are nested deeper than {0} levels (setting: nesting)")]
    TooDeep(usize),
    /// Not UTF-8.
    #[error("this is not UTF-8 text{0}")]
    NotUtf8(&'static str),
}

impl JsonError {
    /// The same error of a text that begins `by` bytes into `whole`, with its place in `whole`.
    #[must_use]
    pub fn moved(mut self, whole: &str, by: usize) -> Self {
        self.offset += by;
        (self.line, self.column) = position(whole, self.offset);
        if let JsonProblem::DuplicateName { first_offset, first_line, first_column, .. } = &mut self.problem {
            *first_offset += by;
            (*first_line, *first_column) = position(whole, *first_offset);
        }
        self
    }
}

/// What a text begins with, in the words of [`JsonProblem::Expected`].
pub fn found(text: &str) -> String {
    match text.chars().next() {
        None => "the end of the text".to_owned(),
        Some('"') => "a string".to_owned(),
        Some(c) if c.is_control() => format!("the character U+{:04X}", u32::from(c)),
        Some(c) => format!("`{c}`"),
    }
}

/// The text of bytes that claim to be UTF-8; names UTF-16 when it sees it.
pub fn text_of(bytes: &[u8]) -> Result<&str, JsonError> {
    let at = |offset, hint| JsonError { problem: JsonProblem::NotUtf8(hint), offset, line: 1, column: 1 };
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, b'{' | b'[', ..] | [b'{' | b'[', 0, ..] => {
            return Err(at(0, "; it looks like UTF-16: save it as UTF-8"));
        }
        _ => {}
    }
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(body).map_err(|error| {
        let good = std::str::from_utf8(&body[..error.valid_up_to()]).unwrap_or_default();
        let (line, column) = position(good, good.len());
        JsonError { problem: JsonProblem::NotUtf8(""), offset: error.valid_up_to(), line, column }
    })
}

/// Line and column (in characters), both from 1, of a byte offset.
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let column = before[start..].iter().filter(|byte| (**byte & 0xc0) != 0x80).count() + 1;
    (line, column)
}
