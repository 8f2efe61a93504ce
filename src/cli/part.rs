//! A file that is written beside its place and moved there once it is whole, so that a failure leaves the former one.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Such a file. What goes wrong is told at its end.
pub struct Part {
    file: PathBuf,
    beside: PathBuf,
    out: BufWriter<File>,
    error: Option<io::Error>,
    ended: bool,
}

impl Part {
    /// Begins it; a private one can be read by its owner alone.
    pub fn begin(file: &Path, private: bool) -> io::Result<Self> {
        if file.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".part-{}", std::process::id()));
        let beside = PathBuf::from(name);
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if private {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let out = BufWriter::with_capacity(1 << 16, options.open(&beside)?);
        Ok(Self { file: file.to_owned(), beside, out, error: None, ended: false })
    }

    /// Its place.
    pub fn place(&self) -> &Path {
        &self.file
    }

    /// Adds a line.
    pub fn line(&mut self, line: &[u8]) {
        let _ = self.write_all(line).and_then(|()| self.write_all(b"\n")); // kept for the end
    }

    /// Moves it to its place, durable, unless something went wrong.
    pub fn end(mut self) -> io::Result<()> {
        let written = self.error.take().map_or(Ok(()), Err);
        written.and_then(|()| self.out.flush()).and_then(|()| self.out.get_ref().sync_all())?;
        std::fs::rename(&self.beside, &self.file)?;
        self.ended = true;
        Ok(())
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.error.is_none() {
            self.error = self.out.write_all(bytes).err();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.ended {
            let _ = std::fs::remove_file(&self.beside); // its failure was told already, or nothing was changed
        }
    }
}
