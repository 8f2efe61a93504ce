//! Hands over to [`profile_desk::cli::run`] and returns its exit code. Nothing else.

fn main() -> std::process::ExitCode {
    profile_desk::cli::run()
}
