//! The window: takes keys before any widget sees them, draws the screens, hands commands to the editor and jobs to the worker.

use super::screens;
use super::theme;
use super::view::{Dialog, SignIn, View};
use crate::app::command::Command;
use crate::app::connections::Ask;
use crate::app::jobs::Job;
use crate::app::settings::Theme;
use crate::app::state::{App, Keeping, TargetState};
use crate::app::worker::Worker;
use eframe::egui;
use egui::{Key, Modifiers, Ui};

/// The window with everything behind it.
pub struct Shell {
    /// The editor.
    pub app: App,
    /// What the window alone knows.
    pub view: View,
    worker: Worker,
    first: Option<Command>,
    /// The theme that is shown.
    seen: Option<Theme>,
}

impl Shell {
    /// The window of an editor. The jobs begin at once; `first` is carried out once the target is there.
    pub fn new(
        context: &egui::Context,
        app: App,
        worker: Worker,
        jobs: Vec<Job>,
        first: Option<Command>,
    ) -> Self {
        theme::install(context);
        // Ctrl+Q would take the window away in the middle of a word.
        context.options_mut(|options| options.quit_shortcuts.clear());
        for job in jobs {
            worker.send(job);
        }
        Self { app, view: View { focus_find: true, ..View::default() }, worker, first, seen: None }
    }

    /// Opens the window and returns when it is closed. The error is a sentence.
    pub fn run(make: impl FnOnce(&egui::Context) -> Result<Self, String> + 'static) -> Result<(), String> {
        let options = eframe::NativeOptions {
            viewport: egui::ViewportBuilder::default()
                .with_title("Profile Desk")
                .with_app_id("profile-desk")
                .with_inner_size([1440.0, 860.0])
                .with_min_inner_size([640.0, 420.0]),
            renderer: eframe::Renderer::Glow,
            ..eframe::NativeOptions::default()
        };
        let create = move |context: &eframe::CreationContext<'_>| {
            Ok(Box::new(make(&context.egui_ctx)?) as Box<dyn eframe::App>)
        };
        eframe::run_native("profile-desk", options, Box::new(create)).map_err(|error| error.to_string())
    }

    fn carry_out(&mut self, commands: Vec<Command>) {
        for command in commands {
            if matches!(command, Command::SwitchTarget(..)) {
                // What was looked for was looked for elsewhere.
                self.view.find.clear();
            }
            let jobs = self.app.handle(command);
            for job in jobs {
                self.worker.send(job);
            }
        }
    }

    fn absorb(&mut self) {
        for outcome in self.worker.drain() {
            let jobs = self.app.absorb(outcome);
            for job in jobs {
                self.worker.send(job);
            }
        }
        if matches!(self.app.target, TargetState::Ready(_))
            && let Some(first) = self.first.take()
        {
            self.carry_out(vec![first]);
        }
        self.ask();
        if let (Some((spot, attribute)), Some(open)) = (self.app.attention.take(), &self.app.open) {
            screens::go(&mut self.view, open, &spot, attribute.as_deref());
        }
    }

    /// What the editor wants to know is asked once no other dialog is open.
    fn ask(&mut self) {
        if self.view.dialog.is_some() {
            return;
        }
        match self.app.asks.take() {
            Some(Ask::SignIn(why)) => {
                let user = self.app.user().to_owned();
                self.view.open(Dialog::SignIn(SignIn { why, user, ..SignIn::default() }));
            }
            Some(Ask::PlainHttp(connection, make)) => self.view.open(Dialog::PlainHttp(connection, make)),
            Some(Ask::Complete) => self.view.open(Dialog::Complete),
            None => {}
        }
    }

    /// Keys that belong to the window whatever has the keyboard.
    fn keys(&mut self, ui: &Ui) {
        if self.view.dialog.is_some() {
            return;
        }
        // Esc in a cell or a menu is theirs.
        let typing = self.app.open.as_ref().is_some_and(|open| open.draft.is_typing());
        if self.app.can_cancel()
            && !typing
            && !egui::Popup::is_any_open(ui.ctx())
            && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
        {
            self.view.ask(Command::Cancel);
        }
        let is_shown =
            screens::is_customer_shown(&self.app) && matches!(self.app.target, TargetState::Ready(_));
        let in_find = ui.memory(|memory| memory.has_focus(screens::find_id()));
        let pressed =
            |modifiers: Modifiers, key: Key| ui.input_mut(|input| input.consume_key(modifiers, key));
        let shifted = Modifiers::COMMAND | Modifiers::SHIFT;
        if pressed(Modifiers::COMMAND, Key::K) {
            self.view.focus_find = true;
        }
        if is_shown && pressed(Modifiers::COMMAND, Key::Enter) {
            self.view.ask(Command::Submit);
        }
        if is_shown && !in_find {
            if pressed(shifted, Key::Z) || pressed(Modifiers::COMMAND, Key::Y) {
                self.view.ask(Command::Redo);
            } else if pressed(Modifiers::COMMAND, Key::Z) {
                self.view.ask(Command::Undo);
            }
        }
        if pressed(Modifiers::NONE, Key::F5) {
            let past = self.app.history.as_ref().map(|history| Command::History(history.id.clone()));
            self.view.ask(past.unwrap_or(Command::Reload));
        }
        let open = self.app.open.as_ref().filter(|_| is_shown).map(|open| open.draft.id().clone());
        if let Some(id) = open.filter(|_| pressed(Modifiers::COMMAND, Key::H)) {
            self.view.ask(Command::History(id));
        }
        if pressed(Modifiers::NONE, Key::F8) {
            self.view.review = !self.view.review;
        }
        if pressed(Modifiers::NONE, Key::F1) {
            self.view.open(Dialog::Keys);
        }
        if pressed(Modifiers::COMMAND, Key::N) && matches!(self.app.target, TargetState::Ready(_)) {
            self.view.open(Dialog::NewCustomer(String::new()));
        }
        if is_shown {
            self.record_keys(ui);
        }
    }

    fn record_keys(&mut self, ui: &Ui) {
        let Some(open) = &self.app.open else { return };
        let pressed =
            |modifiers: Modifiers, key: Key| ui.input_mut(|input| input.consume_key(modifiers, key));
        let shifted = Modifiers::COMMAND | Modifiers::SHIFT;
        let names = open.draft.extensions(&open.schemas);
        let tabs = names.len() + 1;
        let tab = self
            .view
            .tab
            .as_ref()
            .and_then(|tab| names.iter().position(|name| name == tab))
            .map_or(0, |at| at + 1);
        let step = usize::from(pressed(Modifiers::COMMAND, Key::PageDown))
            + usize::from(pressed(Modifiers::COMMAND, Key::PageUp)) * (tabs - 1);
        if step > 0 {
            self.view.tab = ((tab + step) % tabs).checked_sub(1).and_then(|at| names.get(at)).cloned();
            self.view.ask(Command::Settle);
        }
        let Some(extension) = self.view.tab.clone().filter(|tab| names.contains(tab)) else { return };
        let shape = screens::shape(ui, &self.app, open, &extension);
        let row = screens::current_row(&self.view, open, &extension, shape);
        let (add, duplicate) = (pressed(shifted, Key::A), pressed(Modifiers::COMMAND, Key::D));
        let remove = pressed(shifted, Key::Delete);
        if add && !screens::is_full(open, &extension) {
            self.view.ask(Command::Add(extension.clone()));
        }
        if let Some(key) = row {
            if duplicate && !screens::is_single(open, &extension) {
                self.view.ask(Command::Duplicate(extension.clone(), key));
            }
            if remove {
                self.view.ask(Command::Remove(extension, key));
            }
        }
    }

    /// Files dropped on the window are looked through for import.
    fn drops(&mut self, ui: &Ui) {
        let files = ui.input(|input| input.raw.dropped_files.clone());
        let paths: Vec<_> =
            files.iter().map(|file| file.path().to_path_buf()).filter(|path| path.is_absolute()).collect();
        if !paths.is_empty() {
            self.view.ask(Command::Survey(paths));
        }
    }

    /// Drafts are on disk, so the window closes without asking; unless they could not be written.
    fn closing(&mut self, ui: &Ui) {
        if self.view.may_close {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
        }
        let unkept = matches!(self.app.keeping, Keeping::Failed(_));
        if ui.input(|input| input.viewport().close_requested()) && unkept && !self.view.may_close {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.view.open(Dialog::Close);
        }
    }

    fn dress(&mut self, ui: &Ui) {
        let theme = self.app.settings.theme;
        if self.seen != Some(theme) {
            self.seen = Some(theme);
            ui.ctx().set_theme(match theme {
                Theme::System => egui::ThemePreference::System,
                Theme::Light => egui::ThemePreference::Light,
                Theme::Dark => egui::ThemePreference::Dark,
            });
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // The worker waits for what changes something, not for what nobody will see.
        self.app.stop_reading();
    }
}

impl eframe::App for Shell {
    fn logic(&mut self, _: &egui::Context, _: &mut eframe::Frame) {
        self.absorb();
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        self.dress(ui);
        self.keys(ui);
        self.drops(ui);
        self.closing(ui);
        screens::show(ui, &mut self.view, &self.app);
        let asked = std::mem::take(&mut self.view.asked);
        if !asked.is_empty() {
            self.carry_out(asked);
            self.absorb();
            ui.ctx().request_repaint();
        }
    }
}
