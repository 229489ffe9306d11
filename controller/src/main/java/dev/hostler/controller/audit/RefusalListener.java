package dev.hostler.controller.audit;

/** Told of every caller and every call that was turned down. Must not block for long. */
@FunctionalInterface
public interface RefusalListener {
  /**
   * The refusal of a call by somebody who is known.
   *
   * @param actor "operator:NAME", "host:ID"; empty when nobody knows who it was
   * @param verb what was tried, for example "job.submit"
   * @param subject on what, as far as it is known
   * @param reason the message that the caller got; never a secret
   */
  void refused(String actor, String verb, String subject, String reason);

  /**
   * The refusal of a connection, or of a call for which nobody needs to be known: anybody on the
   * network can cause any number of them. Parameters are those of {@link #refused}.
   */
  default void connectionRefused(String actor, String verb, String subject, String reason) {
    refused(actor, verb, subject, reason);
  }
}
