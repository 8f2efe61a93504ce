//! The schemas as they were at every moment. There are few changes of schemas, so all are kept in memory; a profile is folded
//! with the schemas that each of its lines was judged by.

use crate::model::apply::{Rejection, RejectionKind};
use crate::model::request::Request;
use crate::model::schema::{Schema, Schemas};

/// Every change of the schemas, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    none: Schemas,
    changes: Vec<Change>,
}

#[derive(Clone, Debug)]
struct Change {
    seq: u64,
    request: Request,
    /// As of this change.
    schemas: Schemas,
}

impl Timeline {
    /// Adds a change that follows all others. A refusal leaves everything as it was.
    pub fn push(&mut self, seq: u64, request: &Request) -> Result<(), Rejection> {
        let schemas = changed(self.now(), request)?;
        self.changes.push(Change { seq, request: request.clone(), schemas });
        Ok(())
    }

    /// The schemas as of the last change.
    pub fn now(&self) -> &Schemas {
        self.changes.last().map_or(&self.none, |change| &change.schemas)
    }

    /// The `seq` of the last change; 0 where there was none.
    pub fn last(&self) -> u64 {
        self.changes.last().map_or(0, |change| change.seq)
    }

    /// The schemas that a line with this `seq` was judged by.
    pub fn at(&self, seq: u64) -> &Schemas {
        let behind = self.changes.partition_point(|change| change.seq < seq);
        behind.checked_sub(1).map_or(&self.none, |at| &self.changes[at].schemas)
    }

    /// The changes behind `from` and before `to`, each with the schemas before it.
    pub fn between(&self, from: u64, to: u64) -> impl Iterator<Item = (&Request, &Schemas)> {
        let start = self.changes.partition_point(|change| change.seq <= from);
        let end = self.changes.partition_point(|change| change.seq < to).max(start);
        (start..end).map(|at| {
            let before = at.checked_sub(1).map_or(&self.none, |at| &self.changes[at].schemas);
            (&self.changes[at].request, before)
        })
    }
}

/// The schemas after a request that makes or deletes one.
pub fn changed(schemas: &Schemas, request: &Request) -> Result<Schemas, Rejection> {
    let mut schemas = schemas.clone();
    match request {
        Request::CreateSchema(body) => {
            let schema = Schema::from_json(body)
                .map_err(|error| Rejection::new(RejectionKind::Invalid, error.to_string()))?;
            schemas.push(schema);
        }
        Request::DeleteSchema(name) if !schemas.remove(name) => {
            let sentence = format!("there is no schema of an extension {name}");
            return Err(Rejection::new(RejectionKind::UnknownExtension, sentence));
        }
        _ => {}
    }
    Ok(schemas)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::Json;

    fn create(name: &str) -> Request {
        let text = format!(r#"{{"name":"{name}","type":"multi-valued","attributes":[]}}"#);
        Request::CreateSchema(Json::parse(&text).unwrap())
    }

    fn names(schemas: &Schemas) -> Vec<&str> {
        schemas.iter().map(|schema| schema.name.as_str()).collect()
    }

    #[test]
    fn each_line_has_the_schemas_that_were_there_before_it() {
        let mut timeline = Timeline::default();
        timeline.push(2, &create("Phone")).unwrap();
        timeline.push(5, &create("Note")).unwrap();
        timeline.push(9, &Request::DeleteSchema("phone".into())).unwrap();
        assert!(timeline.push(10, &Request::DeleteSchema("Phone".into())).is_err());
        let at: Vec<Vec<&str>> = [1, 2, 3, 5, 6, 9, 10].map(|seq| names(timeline.at(seq))).into();
        let (none, one, two) = (vec![], vec!["Phone"], vec!["Phone", "Note"]);
        assert_eq!(at, [none.clone(), none, one.clone(), one, two.clone(), two, vec!["Note"]]);
        assert_eq!((names(timeline.now()), timeline.last()), (vec!["Note"], 9));
        assert_eq!(timeline.between(2, 9).count(), 1, "of neither end");
        assert_eq!(timeline.between(0, u64::MAX).count(), 3);
        assert_eq!(timeline.between(9, 3).count(), 0);
    }
}
