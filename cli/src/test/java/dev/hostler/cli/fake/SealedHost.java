package dev.hostler.cli.fake;

import com.google.protobuf.ByteString;
import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.SigningException;
import dev.hostler.proto.v1.Host;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.secret.SealingKey;
import dev.hostler.trust.secret.SignedSealingKey;
import java.security.KeyPair;
import java.time.Instant;
import java.util.List;

/** A host with a sealing key, for which an agent certificate of some fleet CA vouches. */
public final class SealedHost {
  public final String id;
  public final KeyPair pair = KeyAlgorithm.EC_P256.generate();
  public final SealingKey key;
  public final SignedSealingKey signed;

  public SealedHost(String id, CertificateAuthority fleet, Instant now) {
    this.id = id;
    this.key = new SealingKey(id, pair.getPublic());
    KeyPair agent = KeyAlgorithm.EC_P256.generate();
    try {
      this.signed =
          SignedSealingKey.sign(
              key,
              new SigningKeys(
                  agent.getPrivate(),
                  List.of(
                      fleet.issue(
                          agent.getPublic(),
                          CertificateProfile.of(id, now.minusSeconds(60), now.plusSeconds(3600))
                              .purpose(KeyPurpose.AGENT.oid())
                              .uri("hostler://host/" + id)))),
              now);
    } catch (SigningException e) {
      throw new IllegalStateException(e);
    }
  }

  public static CertificateAuthority fleet(Instant now) {
    return CertificateAuthority.create(
        "fleet", KeyAlgorithm.EC_P256, now.minusSeconds(3600), now.plusSeconds(360_000));
  }

  /** As a controller shows it. */
  public Host host(String name) {
    return Host.newBuilder()
        .setId(id)
        .setName(name)
        .setSealingKey(
            dev.hostler.proto.v1.SealingKey.newBuilder()
                .setStatement(ByteString.copyFrom(signed.statement()))
                .setSignature(ByteString.copyFrom(signed.signature())))
        .build();
  }
}
