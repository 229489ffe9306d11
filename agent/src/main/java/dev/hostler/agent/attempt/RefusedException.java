package dev.hostler.agent.attempt;

/** The host does not run this attempt; nothing of it was started. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1;

  private final Refusal refusal;

  /**
   * @param refusal the kind of reason
   * @param message for people: what is wrong and what to do
   */
  public RefusedException(Refusal refusal, String message) {
    super(message);
    this.refusal = refusal;
  }

  /** The kind of reason. */
  public Refusal refusal() {
    return refusal;
  }

  /** The message; never null, unlike that of other exceptions. */
  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? refusal.name() : message;
  }
}
