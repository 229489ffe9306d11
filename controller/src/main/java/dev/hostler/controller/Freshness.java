package dev.hostler.controller;

import dev.hostler.common.lifecycle.Lifecycle;
import dev.hostler.common.lifecycle.StartException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.bundle.BundleService;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.index.DelegatedSigner;
import dev.hostler.controller.index.IndexConfig;
import dev.hostler.controller.index.IndexService;
import dev.hostler.controller.link.AgentSessions;
import dev.hostler.controller.link.TrustFrames;
import dev.hostler.controller.revocation.Revocations;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The parts that know what is fresh and what was revoked, and tell the hosts.
 *
 * @param indexes the signed index
 * @param revocations what was revoked
 */
record Freshness(IndexService indexes, Revocations revocations) {

  static Freshness start(
      IndexConfig config,
      Database database,
      AuditStore audit,
      BundleService bundles,
      AgentSessions sessions,
      Lifecycle lifecycle,
      TimeSource time)
      throws StartException {
    Revocations revocations = new Revocations(database, audit, time);
    IndexService indexes = new IndexService(database, bundles, revocations, audit, time);
    sessions.tellTrust(new TrustFrames(indexes));
    indexes.onChange(sessions::trustChanged);
    lifecycle.start(
        "revocation",
        () -> {
          revocations.start();
          return revocations;
        },
        Revocations::close);
    lifecycle.start(
        "the index",
        () -> {
          indexes.start();
          return indexes;
        },
        IndexService::close);
    Optional<Path> certificate = config.certificate();
    Optional<Path> key = config.key();
    if (certificate.isPresent() && key.isPresent()) {
      lifecycle.start(
          "the delegated index signer",
          () -> {
            DelegatedSigner signer =
                new DelegatedSigner(indexes, certificate.get(), key.get(), config.life(), time);
            revocations.onChange(_ -> signer.signNow());
            bundles.onStored(signer::signNow);
            signer.start();
            return signer;
          },
          DelegatedSigner::close);
    }
    return new Freshness(indexes, revocations);
  }
}
