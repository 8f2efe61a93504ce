//! The labels of an extension, or of the core attributes, while a person changes them: what was typed, and what it comes to.

use crate::model::json::same_name;
use crate::model::labels::{AttributeLabels, Labels, Of};
use crate::ui::words;

/// Labels being changed. Nothing is shown in them before they are applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelsEdit {
    /// The extension; `None`: the core attributes.
    pub of: Option<String>,
    /// What the extension is called.
    pub label: String,
    /// The attributes in the order in which they are to stand.
    pub rows: Vec<Row>,
    /// The attribute whose values are unfolded.
    pub unfolded: Option<String>,
    /// The path of a file to load or save.
    pub path: String,
    /// What is to be told.
    pub note: Option<&'static str>,
    /// The attributes in the order of the schema.
    names: Vec<String>,
    former: Labels,
    /// Those of everything else, and what was loaded.
    others: Labels,
    moved: bool,
}

/// One attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its own name.
    pub name: String,
    /// What it is called; empty: as its name is.
    pub label: String,
    /// What a person should know about it.
    pub help: String,
    /// Whether it is hidden.
    pub hidden: bool,
    /// Values with their names.
    pub values: Vec<(String, String)>,
    order: Option<i64>,
}

impl LabelsEdit {
    /// The labels of an extension or of the core attributes, whose names are these in the order of the schema.
    pub fn new(labels: &Labels, of: Option<String>, names: Vec<String>) -> Self {
        let mut edit = Self {
            of,
            label: String::new(),
            rows: Vec::new(),
            unfolded: None,
            path: String::new(),
            note: None,
            names,
            former: labels.clone(),
            others: labels.clone(),
            moved: false,
        };
        edit.read();
        edit
    }

    /// Fills in what the labels say.
    fn read(&mut self) {
        let (labels, of) = (&self.others, self.of.as_deref());
        for name in labels.attributes(of) {
            if !self.names.iter().any(|known| same_name(known, name)) {
                self.names.push(name.to_owned());
            }
        }
        self.label = of.and_then(|name| labels.extension_label(name)).unwrap_or_default().to_owned();
        let mut names = self.names.clone();
        labels.arrange(of, &mut names);
        self.rows = names.into_iter().map(|name| row(labels, of, name)).collect();
        self.moved = false;
    }

    /// All labels as they are to be.
    pub fn labels(&self) -> Labels {
        let of = self.of.as_deref();
        let labels = match of {
            Some(extension) => self.others.with_extension(extension, said(&self.label).as_deref()),
            None => self.others.clone(),
        };
        let is_as_schema = self.rows.iter().map(|row| &row.name).eq(&self.names);
        (1..).zip(&self.rows).fold(labels, |labels, (place, row)| {
            let order = if self.moved { Some(place).filter(|_| !is_as_schema) } else { row.order };
            let values = row.values.iter().filter(|(value, name)| !(value.is_empty() && name.is_empty()));
            let wanted = AttributeLabels {
                label: said(&row.label),
                order,
                values: values.cloned().collect(),
                hidden: row.hidden,
                help: said(&row.help),
            };
            labels.with_attribute(of, &row.name, &wanted)
        })
    }

    /// Whether anything was changed.
    pub fn is_changed(&self) -> bool {
        self.labels() != self.former
    }

    /// Whether the dialog may go without a word; else it says why not.
    pub fn may_leave(&mut self) -> bool {
        let changed = self.is_changed();
        self.note = changed.then_some(words::NOT_APPLIED);
        !changed
    }

    /// Moves an attribute up or down by one.
    pub fn shift(&mut self, from: usize, to: usize) {
        if from < self.rows.len() && to < self.rows.len() {
            self.rows.swap(from, to);
            self.moved = true;
        }
    }

    /// Takes over what a file says.
    pub fn take(&mut self, file: &Labels) {
        self.others = self.labels().joined(file);
        self.note = Some(words::TAKEN_OVER);
        self.read();
    }

    /// Why these labels cannot be used, in a sentence.
    pub fn problem(&self) -> Option<String> {
        let called = |row: &Row| said(&row.label).unwrap_or_else(|| row.name.clone());
        for (at, row) in self.rows.iter().enumerate() {
            if let Some(other) = self.rows[..at].iter().find(|other| same_name(&called(other), &called(row)))
            {
                return Some(words::same_label(&other.name, &row.name));
            }
            for (at, (value, name)) in row.values.iter().enumerate() {
                if name.trim().is_empty() && !value.is_empty() {
                    return Some(words::no_name(&row.name, value));
                }
                if row.values[..at].iter().any(|(other, name)| same_name(other, value) && !name.is_empty()) {
                    return Some(words::same_value(&row.name, value));
                }
            }
        }
        None
    }
}

fn row(labels: &Labels, of: Of<'_>, name: String) -> Row {
    let known = labels.attribute(of, &name).cloned().unwrap_or_default();
    Row {
        label: known.label.unwrap_or_default(),
        help: known.help.unwrap_or_default(),
        hidden: known.hidden,
        values: known.values,
        order: known.order,
        name,
    }
}

fn said(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::Json;

    fn labels(text: &str) -> Labels {
        Labels::from_json(&Json::parse(text).unwrap()).unwrap()
    }

    const FILE: &str = r#"{"extensions":{"Phone":{"label":"Phone","attributes":{"number":{"order":20,"x":1E0},
        "kind":{"order":10,"label":"Kind","values":{"2":"\u0077ork"}}}},"Notes":{"label":"N"}}}"#;

    fn edit() -> LabelsEdit {
        let names = ["number", "kind", "prefix"].map(str::to_owned).to_vec();
        LabelsEdit::new(&labels(FILE), Some("Phone".into()), names)
    }

    fn order(edit: &LabelsEdit) -> Vec<&str> {
        edit.rows.iter().map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn what_is_not_changed_stays_as_it_is_written() {
        let mut edit = edit();
        assert_eq!(order(&edit), ["kind", "number", "prefix"]);
        assert!(!edit.is_changed() && edit.may_leave());
        assert_eq!(edit.labels().json(), &Json::parse(FILE).unwrap());
        edit.rows[2].label = "Code".into();
        assert!(edit.is_changed() && !edit.may_leave());
        let now = edit.labels();
        assert_eq!(now.label(Some("Phone"), "prefix"), "Code");
        assert!(now.json().as_str().contains(r#"{"2":"\u0077ork"}"#));
    }

    #[test]
    fn moving_numbers_all_and_moving_back_to_the_schema_numbers_none() {
        let mut edit = edit();
        edit.shift(2, 1);
        let orders = |edit: &LabelsEdit| {
            let labels = edit.labels();
            let order = |name| labels.attribute(Some("Phone"), name).and_then(|said| said.order);
            ["kind", "prefix", "number"].map(order)
        };
        assert_eq!(orders(&edit), [Some(1), Some(2), Some(3)]);
        edit.shift(1, 2);
        edit.shift(0, 1);
        assert_eq!(order(&edit), ["number", "kind", "prefix"]);
        assert_eq!(orders(&edit), [None; 3]);
    }

    #[test]
    fn a_file_is_joined_with_what_was_typed() {
        let mut edit = edit();
        edit.rows[0].label = "Typed".into();
        edit.take(&labels(
            r#"{"extensions":{"Phone":{"attributes":{"old":{"label":"Old"},"kind":{"hidden":true}}}}}"#,
        ));
        assert_eq!(order(&edit), ["kind", "number", "prefix", "old"]);
        assert!(edit.rows[0].hidden && edit.rows[0].label == "Typed" && edit.rows[3].label == "Old");
        assert_eq!(edit.labels().extension("Notes"), "N");
    }

    #[test]
    fn labels_that_could_not_be_told_apart_or_read_again_are_refused() {
        let mut edit = edit();
        assert_eq!(edit.problem(), None);
        edit.rows[2].label = "KIND".into();
        assert!(edit.problem().unwrap().contains("kind and prefix"));
        edit.rows[2].label = "number".into();
        assert!(edit.problem().unwrap().contains("number and prefix"));
        edit.rows[2].label.clear();
        edit.rows[1].values = vec![("a".into(), "x".into()), ("A".into(), "y".into())];
        assert!(edit.problem().unwrap().contains("stands twice"));
        edit.rows[1].values = vec![("a".into(), " ".into())];
        assert!(edit.problem().unwrap().contains("no name"));
        edit.rows[1].values = vec![(String::new(), String::new())];
        assert_eq!(edit.problem(), None);
        assert!(!edit.is_changed());
    }
}
