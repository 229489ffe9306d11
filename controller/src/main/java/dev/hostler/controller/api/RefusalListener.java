package dev.hostler.controller.api;

/** Told of every caller and every call that was turned down. Must not block for long. */
@FunctionalInterface
public interface RefusalListener {
  /**
   * A refusal.
   *
   * @param actor "operator:NAME"; empty when nobody knows who it was
   * @param verb what was tried, for example "job.submit"
   * @param subject on what, as far as it is known
   * @param reason the message that the caller got
   */
  void refused(String actor, String verb, String subject, String reason);
}
