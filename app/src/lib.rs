//! All that runs on the phone. The server renders its first HTML; the phone wakes it up.
