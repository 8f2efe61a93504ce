//! The window: one file of tokens, small widgets and fields that know no application, screens that draw the editor's state
//! and ask for commands, and the shell around them.

pub mod form;
mod screens;
pub mod shell;
pub mod theme;
pub mod view;
pub mod widgets;
pub mod words;
