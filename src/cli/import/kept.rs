//! What can be read only once, kept for as long as the import needs it.

use super::super::{Failure, Status};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// So much is kept in memory, in bytes.
const SMALL: usize = 1 << 20;

/// The whole of it.
pub enum Kept {
    Small(Arc<[u8]>),
    /// A file of which no name is left: it goes with this program, however that ends.
    Large(File),
}

impl Kept {
    /// Reads `from` to its end; `name` is what a person calls it.
    pub fn of(from: &mut dyn Read, name: &Path) -> Result<Self, Failure> {
        let mut bytes = Vec::new();
        let read = from.take(SMALL as u64).read_to_end(&mut bytes);
        read.map_err(|error| Failure::file(name, "read", &error))?;
        if bytes.len() < SMALL {
            return Ok(Self::Small(bytes.into()));
        }
        let folder = std::env::temp_dir();
        let kept = file_in(&folder).and_then(|mut file| {
            io::copy(&mut io::Cursor::new(bytes).chain(from), &mut file)?;
            Ok(Self::Large(file))
        });
        kept.map_err(|error| {
            let (name, folder) = (name.display(), folder.display());
            let sentence = format!("{name} can be read only once, and cannot be kept in {folder}: {error}");
            let advice =
                "Nothing was changed. Import it from a file, or name a folder with more room in TMPDIR.";
            Failure { status: Status::NotReached, sentence, details: vec![advice.into()] }
        })
    }
}

/// A new file, readable by its owner alone, whose name is taken away at once.
fn file_in(folder: &Path) -> io::Result<File> {
    let path = folder.join(format!("profile-desk-{}", crate::store::random_id()));
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}
