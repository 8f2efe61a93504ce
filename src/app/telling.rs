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
    /// The customer whom it is about, where that matters.
    pub about: Option<CustomerId>,
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
    /// To find or read a customer.
    Read(Command),
    /// To read the open customer again.
    Reload(CustomerId),
    /// To carry out what is wanted of a customer.
    Submit(CustomerId, Command),
    /// To be looked at again.
    Look,
}

impl Asked {
    fn again(&self) -> Option<Command> {
        match self {
            Self::Read(command) | Self::Submit(_, command) => Some(command.clone()),
            Self::Reload(_) => Some(Command::Reload),
            Self::Look => None,
        }
    }

    /// The customer without whom on the screen the same again would be something else.
    fn about(&self) -> Option<CustomerId> {
        match self {
            Self::Submit(id, _) | Self::Reload(id) => Some(id.clone()),
            Self::Read(_) | Self::Look => None,
        }
    }
}

/// What is to be done once somebody signed in: only while the customer whom it is about is on the screen.
pub(super) type Later = (Option<CustomerId>, Command);

impl App {
    pub(super) fn tell(&mut self, severity: Option<Severity>, text: impl Into<String>) {
        let (text, refused, about, ways) = (text.into(), false, None, Vec::new());
        self.notice = Some(Notice { severity, text, refused, about, ways });
    }

    /// The target or the editor said no.
    pub(super) fn refused(&mut self, text: impl Into<String>) {
        self.tell(Some(Severity::Error), text);
        self.notice.iter_mut().for_each(|notice| notice.refused = true);
    }

    /// A job failed. Where credentials are missing, they are asked for, and the job is done after that.
    pub(super) fn failed(&mut self, asked: &Asked, error: &TargetError) {
        let about = asked.about();
        if matches!(error, TargetError::Credentials(_)) {
            let then = asked.again().map(|command| (about.clone(), command));
            self.wants_credentials(&error.to_string(), then);
        }
        let (text, ways) = (self.sentence(asked, error), self.ways_after(asked, error));
        let refused = matches!(error, TargetError::NotOffered(_) | TargetError::Forbidden(_));
        self.notice = Some(Notice { severity: Some(Severity::Error), text, refused, about, ways });
    }

    /// What happened, what was kept, what to do.
    fn sentence(&self, asked: &Asked, error: &TargetError) -> String {
        let mut text = error.to_string();
        if !text.ends_with(['.', '!', '?', '…']) {
            text.push('.');
        }
        let Asked::Submit(id, _) = asked else { return text };
        let unclear = matches!(error, TargetError::Unclear(_));
        let kept = match (unclear, self.is_nameless(id)) {
            (true, true) => {
                "Your draft is kept. Whether the customer was created is not known: look for it before you submit again."
            }
            (true, false) => "Your draft is kept. Read the customer again to see what arrived.",
            // Its sentence says how sure that is.
            _ if matches!(error, TargetError::Unavailable(_)) => "Your draft is kept.",
            _ if text.to_lowercase().contains("nothing was changed") => "Your draft is kept.",
            _ => "Nothing was changed. Your draft is kept.",
        };
        format!("{text} {kept}")
    }

    fn ways_after(&self, asked: &Asked, error: &TargetError) -> Vec<Way> {
        match (asked, error) {
            (Asked::Submit(id, _), TargetError::Unclear(_)) if self.is_nameless(id) => Vec::new(),
            (Asked::Submit(..), TargetError::Unclear(_)) => vec![Way::ReadAgain],
            _ => asked.again().into_iter().map(Way::TryAgain).collect(),
        }
    }

    /// The ways on. Away from the customer whom the message is about, the way is back there.
    pub fn ways(&self, notice: &Notice) -> Vec<Way> {
        match &notice.about {
            Some(id) if !self.is_shown(id) => vec![Way::Show(id.clone())],
            _ => notice.ways.clone(),
        }
    }

    pub(super) fn is_shown(&self, id: &CustomerId) -> bool {
        self.open.as_ref().is_some_and(|open| open.draft.id() == id)
    }

    /// Whom a message is about, where it is not the customer before one's eyes.
    pub fn about(&self, id: &CustomerId) -> String {
        if self.is_shown(id) { String::new() } else { format!("Customer {id}: ") }
    }
}
