package dev.hostler.agent.snapshot;

/** Of which files the owner of this host lets previews show the text. */
public enum PreviewText {
  /** Those that everybody on the host may read. */
  PUBLIC,
  /** All. */
  ALL,
  /** None: names, hashes and sizes only. */
  NONE
}
