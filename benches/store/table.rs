//! What was measured, as tables to paste: a row a comparison, a column a size of store.

use std::collections::BTreeMap;

/// How often everything is measured, unless it says otherwise.
pub const ROUNDS: usize = 5;

/// What a figure should be, by the number of customers.
#[derive(Clone, Copy)]
pub enum Target {
    AtMost(fn(u64) -> f64),
    AtLeast(fn(u64) -> f64),
    /// It only informs.
    None,
}

/// A figure of one size of store.
struct Cell {
    median: f64,
    range: (f64, f64),
    count: usize,
    met: Option<bool>,
}

struct Row {
    what: String,
    target: &'static str,
    unit: &'static str,
    cells: BTreeMap<u64, Cell>,
}

/// All figures so far.
#[derive(Default)]
pub struct Table {
    ratios: Vec<Row>,
    times: Vec<Row>,
}

impl Table {
    /// A figure that has a target, or is read beside one that has.
    pub fn figure(
        &mut self,
        customers: u64,
        what: &str,
        target: (Target, &'static str),
        unit: &'static str,
        values: &[f64],
    ) {
        let mut cell = cell(values);
        cell.met = match target.0 {
            Target::AtMost(limit) => Some(cell.median <= limit(customers)),
            Target::AtLeast(limit) => Some(cell.median >= limit(customers)),
            Target::None => None,
        };
        eprintln!("  {what}: {} {unit}, wanted {}", with_range(&cell), target.1);
        add(&mut self.ratios, customers, (what, target.1, unit), cell);
    }

    /// The ratio of two things that were measured in turn.
    pub fn ratio(
        &mut self,
        customers: u64,
        what: &str,
        target: (Target, &'static str),
        values: (&[f64], &[f64]),
    ) {
        let ratios: Vec<f64> = values.0.iter().zip(values.1).map(|(ours, other)| ours / other).collect();
        self.figure(customers, what, target, "×", &ratios);
    }

    /// Times in seconds, told as they were.
    pub fn seconds(&mut self, customers: u64, what: &str, values: &[f64]) {
        let milliseconds: Vec<f64> = values.iter().map(|seconds| seconds * 1e3).collect();
        let cell = cell(&milliseconds);
        eprintln!("  {what}: {} ms", with_range(&cell));
        add(&mut self.times, customers, (what, "", "ms"), cell);
    }

    /// The same of several that do one thing.
    pub fn times<const N: usize>(&mut self, customers: u64, what: &str, told: [(&str, &Vec<f64>); N]) {
        for (who, values) in told {
            self.seconds(customers, &format!("{what}: {who}"), values);
        }
    }

    /// Prints both tables.
    pub fn print(&self) {
        let sizes = sizes(&self.ratios);
        let heads = columns(sizes.iter().map(|size| grouped(*size)));
        let rules = "---:|".repeat(sizes.len());
        println!("| what, by customers | target |{heads} |\n|---|---|{rules}---|");
        for row in &self.ratios {
            println!("| {} | {} |{} {} |", row.what, row.target, cells(row, &sizes, short), verdict(row));
        }
        println!("\n| median (least to most), ms |{heads}\n|---|{rules}");
        for row in &self.times {
            println!("| {} |{}", row.what, cells(row, &sizes, |cell, _| with_range(cell)));
        }
    }
}

fn add(
    rows: &mut Vec<Row>,
    customers: u64,
    (what, target, unit): (&str, &'static str, &'static str),
    cell: Cell,
) {
    let known = rows.iter().position(|row| row.what == what);
    let at = known.unwrap_or_else(|| {
        rows.push(Row { what: what.to_owned(), target, unit, cells: BTreeMap::new() });
        rows.len() - 1
    });
    rows[at].cells.insert(customers, cell);
}

fn cell(values: &[f64]) -> Cell {
    let least = values.iter().copied().fold(f64::MAX, f64::min);
    let most = values.iter().copied().fold(f64::MIN, f64::max);
    Cell { median: median(values), range: (least, most), count: values.len(), met: None }
}

/// The value in the middle.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn sizes(rows: &[Row]) -> Vec<u64> {
    let all: std::collections::BTreeSet<u64> =
        rows.iter().flat_map(|row| row.cells.keys().copied()).collect();
    all.into_iter().collect()
}

fn cells(row: &Row, sizes: &[u64], told: impl Fn(&Cell, &str) -> String) -> String {
    let cell = |size| row.cells.get(size).map_or("–".into(), |cell| told(cell, row.unit));
    columns(sizes.iter().map(cell))
}

fn columns(texts: impl Iterator<Item = String>) -> String {
    texts.fold(String::new(), |line, text| format!("{line} {text} |"))
}

fn verdict(row: &Row) -> String {
    let missed: Vec<String> = row
        .cells
        .iter()
        .filter(|(_, cell)| cell.met == Some(false))
        .map(|(size, _)| grouped(*size))
        .collect();
    match (missed.len(), row.cells.values().any(|cell| cell.met.is_some())) {
        (_, false) => String::new(),
        (0, _) => "met".into(),
        (count, _) if count == row.cells.len() => "**missed**".into(),
        _ => format!("**missed** at {}", missed.join(", ")),
    }
}

fn short(cell: &Cell, unit: &str) -> String {
    format!("{} {unit}", number(cell.median))
}

fn with_range(cell: &Cell) -> String {
    if cell.count == 1 {
        return format!("{}, once", number(cell.median));
    }
    format!("{} ({} to {})", number(cell.median), number(cell.range.0), number(cell.range.1))
}

/// Three figures that say something.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// `100 000`
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).unwrap()).collect();
    parts.join(" ")
}
