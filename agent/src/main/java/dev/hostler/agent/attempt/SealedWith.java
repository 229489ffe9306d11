package dev.hostler.agent.attempt;

/**
 * What opens the sealed parameters of a job on this host. Ciphertext itself: may be stored.
 *
 * @param nonce of the job, as signed
 * @param wrappedKey the job's content key, wrapped for this host, base64url; empty: none came
 */
public record SealedWith(String nonce, String wrappedKey) {
  /** Of work that has nothing sealed, or that came from a controller that knows nothing of it. */
  public static final SealedWith NONE = new SealedWith("", "");
}
