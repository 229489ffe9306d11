package dev.hostler.controller;

import dev.hostler.common.lifecycle.Lifecycle;
import dev.hostler.common.lifecycle.StartException;
import dev.hostler.common.signing.Fingerprints;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.api.Caller;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.bundle.BundleService;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.index.DelegatedSigner;
import dev.hostler.controller.index.IndexConfig;
import dev.hostler.controller.index.IndexService;
import dev.hostler.controller.job.JobService;
import dev.hostler.controller.link.AgentCaller;
import dev.hostler.controller.link.AgentSessions;
import dev.hostler.controller.link.RevokedCalls;
import dev.hostler.controller.link.TrustFrames;
import dev.hostler.controller.revocation.ListFetcher;
import dev.hostler.controller.revocation.OcspFetcher;
import dev.hostler.controller.revocation.RevocationConfig;
import dev.hostler.controller.revocation.Revocations;
import dev.hostler.controller.revocation.RevokedWork;
import dev.hostler.controller.trust.ControllerIdentity;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The parts that know what is fresh and what was revoked, and tell the hosts.
 *
 * @param indexes the signed index
 * @param revocations what was revoked
 * @param agentCalls ends calls of revoked agents
 * @param operatorCalls ends calls of revoked operators
 */
record Freshness(
    IndexService indexes,
    Revocations revocations,
    RevokedCalls agentCalls,
    RevokedCalls operatorCalls) {

  static Freshness start(
      IndexConfig config,
      RevocationConfig revocation,
      Database database,
      AuditStore audit,
      BundleService bundles,
      AgentSessions sessions,
      ControllerIdentity identity,
      JobService jobs,
      Lifecycle lifecycle,
      TimeSource time)
      throws StartException {
    Revocations revocations = new Revocations(database, audit, time);
    IndexService indexes = new IndexService(database, bundles, revocations, audit, time);
    RevokedCalls agentCalls = new RevokedCalls(revocations::current, AgentCaller::party);
    RevokedCalls operatorCalls = new RevokedCalls(revocations::current, Caller::party);
    // First of all: hosts that hear of it come back at once.
    revocations.onChange(revoked ->
        identity.replaceIf(own -> revoked.certificates().contains(Fingerprints.sha256(own))));
    revocations.onChange(agentCalls::revoked);
    sessions.alsoDisconnect(agentCalls::removed);
    revocations.onChange(operatorCalls::revoked);
    ListFetcher lists = new ListFetcher(revocation, time);
    lists.onChange(sessions::trustChanged);
    OcspFetcher ocsp = new OcspFetcher(revocation, time);
    ocsp.onChange(sessions::trustChanged);
    sessions.tellTrust(new TrustFrames(indexes, lists::current, ocsp::current));
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
    lifecycle.start(
        "fetching revocation lists",
        () -> {
          lists.start();
          return lists;
        },
        ListFetcher::close);
    lifecycle.start(
        "asking OCSP responders",
        () -> {
          ocsp.start();
          return ocsp;
        },
        OcspFetcher::close);
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
    revocations.onChange(new RevokedWork(jobs, bundles));
    return new Freshness(indexes, revocations, agentCalls, operatorCalls);
  }
}
