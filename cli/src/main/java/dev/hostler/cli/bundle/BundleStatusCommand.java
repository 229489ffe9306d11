package dev.hostler.cli.bundle;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.Details;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.trust.TrustView;
import dev.hostler.proto.v1.BundleCheck;
import dev.hostler.proto.v1.BundleHolder;
import dev.hostler.proto.v1.BundleReport;
import dev.hostler.proto.v1.BundleStatus;
import dev.hostler.proto.v1.CertificateInfo;
import dev.hostler.proto.v1.GetBundleRequest;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler bundle status}. */
@Command(
    name = "status",
    description = {
      "Shows how a bundle stands now: its signer and the signer's chain, validity, revocation, and",
      "which hosts hold it. Exit code 1: hosts would refuse it."
    },
    footer = {"", "Examples:", "  hostler bundle status host-report@1.0.0"})
public final class BundleStatusCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(
      index = "0",
      paramLabel = "BUNDLE",
      description = "NAME or NAME@VERSION; without a version the newest.")
  private String bundle = "";

  /** Made by the composition root. */
  public BundleStatusCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    int at = bundle.indexOf('@');
    GetBundleRequest request =
        GetBundleRequest.newBuilder()
            .setName(at < 0 ? bundle : bundle.substring(0, at))
            .setVersion(at < 0 ? "" : bundle.substring(at + 1))
            .build();
    try (Controller controller = context.connect(session)) {
      BundleStatus status = controller.call(() -> controller.bundles().getBundleStatus(request));
      result.one(session.console(), json(status), () -> text(status));
      return status.getReport().getAcceptable() ? 0 : ExitCode.SOME_FAILED.number();
    }
  }

  private static Json.Fields json(BundleStatus status) {
    BundleReport report = status.getReport();
    return Json.object()
        .put("name", status.getBundle().getName())
        .put("version", status.getBundle().getVersion())
        .put("manifest_digest", Format.hex(status.getBundle().getManifestDigest()))
        .put("acceptable", report.getAcceptable())
        .put(
            "checks",
            report.getChecksList().stream()
                .map(check ->
                    Json.object()
                        .put("name", check.getName())
                        .put("result", outcome(check))
                        .put("message", check.getMessage()))
                .toList())
        .put("chain", report.getChainList().stream().map(TrustView::json).toList())
        .put(
            "holders",
            status.getHoldersList().stream()
                .map(host ->
                    Json.object()
                        .put("host_id", host.getHostId())
                        .put("host_name", host.getHostName())
                        .put(
                            "last_seen_at", Format.utc(host.hasLastSeenAt(), host.getLastSeenAt())))
                .toList());
  }

  private static String outcome(BundleCheck check) {
    return Format.name(check.getResult(), "CHECK_RESULT_");
  }

  private String text(BundleStatus status) {
    Details details =
        new Details(session.console().outStyle())
            .line("bundle", status.getBundle().getName() + " " + status.getBundle().getVersion())
            .line("digest", Format.hex(status.getBundle().getManifestDigest()));
    for (CertificateInfo certificate : status.getReport().getChainList()) {
      details.line("signer", certificate.getSubject() + " " + certificate.getFingerprint());
    }
    status
        .getReport()
        .getChecksList()
        .forEach(
            check -> details.line(check.getName(), outcome(check) + ": " + check.getMessage()));
    return details
        .line(
            "held by",
            status.getHoldersCount() == 0
                ? "no host"
                : status.getHoldersList().stream()
                    .map(BundleHolder::getHostName)
                    .collect(Collectors.joining(" ")))
        .line(
            "result",
            status.getReport().getAcceptable() ? "nothing speaks against it" : "hosts refuse it")
        .toString();
  }
}
