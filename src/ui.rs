//! The look of the window: one file of tokens, and small widgets that draw with them.
//! Nothing here knows the application; callers pass texts and get back what the user did.

pub mod form;
pub mod theme;
pub mod widgets;
pub mod words;
