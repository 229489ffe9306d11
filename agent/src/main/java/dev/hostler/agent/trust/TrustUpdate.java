package dev.hostler.agent.trust;

import dev.hostler.trust.index.SignedIndex;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a controller passed on. Nothing in it is believed for having come from there: every part is
 * signed by somebody else.
 *
 * @param index null: none
 * @param crls revocation lists, DER
 * @param ocsp OCSP responses, DER
 */
public record TrustUpdate(@Nullable SignedIndex index, List<byte[]> crls, List<byte[]> ocsp) {
  public TrustUpdate {
    crls = List.copyOf(crls);
    ocsp = List.copyOf(ocsp);
  }
}
