//! What is told to the person at the window: what happened, what was kept, and what can be done about it.

use super::command::Command;
use super::state::App;
use crate::model::finding::Severity;
use crate::model::profile::CustomerId;
use crate::target::TargetError;

/// A message.
#[derive(Clone, Debug)]
pub struct Notice {
    /// How bad; `None`: it went well.
    pub severity: Option<Severity>,
    /// A sentence or two.
    pub text: String,
    /// Whether the target said no, so that the same again would not help.
    pub refused: bool,
    /// What can be done about it.
    pub ways: Vec<Way>,
}

/// A way on after something failed.
#[derive(Clone, Debug)]
pub enum Way {
    /// The same once more.
    TryAgain(Command),
    /// Read the customer again: what was sent may have arrived.
    ReadAgain,
    /// Show the customer whom the message is about.
    Show(CustomerId),
}

/// What was asked of a target.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// To find this text.
    Find(String),
    /// To read a customer.
    Load(Command),
    /// To read the open customer again.
    Reload,
    /// To carry out what is wanted of a customer.
    Submit(CustomerId, Command),
    /// To be looked at again.
    Look,
}

impl Asked {
    fn again(&self) -> Option<Command> {
        match self {
            Self::Find(text) => Some(Command::Find(text.clone())),
            Self::Load(command) | Self::Submit(_, command) => Some(command.clone()),
            Self::Reload => Some(Command::Reload),
            Self::Look => None,
        }
    }
}

impl App {
    pub(super) fn tell(&mut self, severity: Option<Severity>, text: impl Into<String>) {
        self.notice = Some(Notice { severity, text: text.into(), refused: false, ways: Vec::new() });
    }

    /// The target or the editor said no.
    pub(super) fn refused(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            severity: Some(Severity::Error),
            text: text.into(),
            refused: true,
            ways: Vec::new(),
        });
    }

    /// A job failed. Where credentials are missing, they are asked for, and the job is done after that.
    pub(super) fn failed(&mut self, asked: &Asked, error: &TargetError) {
        if matches!(error, TargetError::Credentials(_)) {
            self.wants_credentials(&error.to_string(), asked.again());
        }
        let text = self.sentence(asked, error);
        let ways = self.ways(asked, error);
        let refused = matches!(error, TargetError::NotOffered(_) | TargetError::Forbidden(_));
        self.notice = Some(Notice { severity: Some(Severity::Error), text, refused, ways });
    }

    /// What happened, what was kept, what to do.
    fn sentence(&self, asked: &Asked, error: &TargetError) -> String {
        let (mut text, unclear) = (error.to_string(), matches!(error, TargetError::Unclear(_)));
        if !text.ends_with(['.', '!', '?', '…']) {
            text.push('.');
        }
        let mut add = |sentence: &str| {
            text.push(' ');
            text.push_str(sentence);
        };
        let Asked::Submit(id, _) = asked else { return text };
        match (unclear, self.makes_ids() && self.is_new(id)) {
            (true, true) => add(
                "Whether the customer was created is not known: look for it before you submit again. Your draft is kept.",
            ),
            (true, false) => add("Your draft is kept. Read the customer again to see what arrived."),
            (false, _) => {
                if !error.to_string().to_lowercase().contains("nothing was changed") {
                    add("Nothing was changed.");
                }
                add("Your draft is kept.");
            }
        }
        format!("{}{text}", self.about(id))
    }

    fn ways(&self, asked: &Asked, error: &TargetError) -> Vec<Way> {
        match asked {
            Asked::Submit(id, _) if !self.is_shown(id) => vec![Way::Show(id.clone())],
            Asked::Submit(id, _) if matches!(error, TargetError::Unclear(_)) => {
                if self.makes_ids() && self.is_new(id) { Vec::new() } else { vec![Way::ReadAgain] }
            }
            asked => asked.again().into_iter().map(Way::TryAgain).collect(),
        }
    }

    pub(super) fn is_shown(&self, id: &CustomerId) -> bool {
        self.open.as_ref().is_some_and(|open| open.draft.id() == id)
    }

    /// Whom a message is about, where it is not the customer before one's eyes.
    pub(super) fn about(&self, id: &CustomerId) -> String {
        if self.is_shown(id) { String::new() } else { format!("Customer {id}: ") }
    }
}
