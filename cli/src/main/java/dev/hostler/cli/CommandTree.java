package dev.hostler.cli;

import dev.hostler.cli.alert.AlertCommand;
import dev.hostler.cli.alert.AlertList;
import dev.hostler.cli.alert.AlertRemove;
import dev.hostler.cli.alert.AlertRules;
import dev.hostler.cli.alert.AlertSet;
import dev.hostler.cli.audit.AuditCheckpointCommand;
import dev.hostler.cli.audit.AuditCommand;
import dev.hostler.cli.audit.AuditList;
import dev.hostler.cli.audit.AuditVerify;
import dev.hostler.cli.bundle.BundleBuild;
import dev.hostler.cli.bundle.BundleCommand;
import dev.hostler.cli.bundle.BundleInit;
import dev.hostler.cli.bundle.BundleList;
import dev.hostler.cli.bundle.BundlePush;
import dev.hostler.cli.bundle.BundleShow;
import dev.hostler.cli.bundle.BundleSign;
import dev.hostler.cli.bundle.BundleStatusCommand;
import dev.hostler.cli.bundle.BundleVerify;
import dev.hostler.cli.bundle.SignerCommand;
import dev.hostler.cli.ca.CaCommand;
import dev.hostler.cli.ca.CaRotate;
import dev.hostler.cli.ca.CaShow;
import dev.hostler.cli.checkpoint.CheckpointCommand;
import dev.hostler.cli.checkpoint.CheckpointList;
import dev.hostler.cli.checkpoint.CheckpointShow;
import dev.hostler.cli.completion.CompletionCommand;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.host.HostApprove;
import dev.hostler.cli.host.HostCommand;
import dev.hostler.cli.host.HostDeny;
import dev.hostler.cli.host.HostKey;
import dev.hostler.cli.host.HostLabel;
import dev.hostler.cli.host.HostList;
import dev.hostler.cli.host.HostPending;
import dev.hostler.cli.host.HostRemove;
import dev.hostler.cli.host.HostShow;
import dev.hostler.cli.index.IndexCommand;
import dev.hostler.cli.index.IndexDraft;
import dev.hostler.cli.index.IndexPush;
import dev.hostler.cli.index.IndexShow;
import dev.hostler.cli.index.IndexSign;
import dev.hostler.cli.job.CheckpointCreate;
import dev.hostler.cli.job.CheckpointRemove;
import dev.hostler.cli.job.CheckpointRestore;
import dev.hostler.cli.job.JobCancel;
import dev.hostler.cli.job.JobCommand;
import dev.hostler.cli.job.JobList;
import dev.hostler.cli.job.JobLogs;
import dev.hostler.cli.job.JobPreview;
import dev.hostler.cli.job.JobShow;
import dev.hostler.cli.job.JobWatchCommand;
import dev.hostler.cli.job.RunCommand;
import dev.hostler.cli.job.SandboxLearn;
import dev.hostler.cli.job.SandboxTest;
import dev.hostler.cli.job.SnapshotCommand;
import dev.hostler.cli.job.SnapshotDiff;
import dev.hostler.cli.job.SnapshotList;
import dev.hostler.cli.job.SnapshotPin;
import dev.hostler.cli.job.SnapshotRemove;
import dev.hostler.cli.job.SnapshotRestore;
import dev.hostler.cli.job.SnapshotShow;
import dev.hostler.cli.limits.LimitsCommand;
import dev.hostler.cli.limits.LimitsList;
import dev.hostler.cli.limits.LimitsSet;
import dev.hostler.cli.limits.LimitsShow;
import dev.hostler.cli.login.ContextCommand;
import dev.hostler.cli.login.ContextList;
import dev.hostler.cli.login.ContextRemove;
import dev.hostler.cli.login.ContextShow;
import dev.hostler.cli.login.ContextUse;
import dev.hostler.cli.login.LoginCommand;
import dev.hostler.cli.operator.OperatorCommand;
import dev.hostler.cli.operator.OperatorCreate;
import dev.hostler.cli.revocation.BundleYank;
import dev.hostler.cli.revocation.RevocationCommand;
import dev.hostler.cli.revocation.RevocationCreate;
import dev.hostler.cli.revocation.RevocationList;
import dev.hostler.cli.sandbox.ProfileCommand;
import dev.hostler.cli.sandbox.ProfileList;
import dev.hostler.cli.sandbox.ProfilePush;
import dev.hostler.cli.sandbox.ProfileRemove;
import dev.hostler.cli.sandbox.ProfileShow;
import dev.hostler.cli.sandbox.SandboxCommand;
import dev.hostler.cli.sandbox.SandboxShow;
import dev.hostler.cli.token.TokenCommand;
import dev.hostler.cli.token.TokenCreate;
import dev.hostler.cli.token.TokenList;
import dev.hostler.cli.token.TokenRevoke;
import dev.hostler.cli.trust.TrustAdd;
import dev.hostler.cli.trust.TrustCommand;
import dev.hostler.cli.trust.TrustList;
import dev.hostler.cli.trust.TrustRemove;
import dev.hostler.cli.trust.TrustRevoke;
import dev.hostler.cli.usage.TopCommand;
import dev.hostler.cli.usage.UsageCommand;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** All commands. Only those that a command line needs are built: that halves the time to start. */
final class CommandTree {
  private final Map<String, Supplier<CommandLine>> nouns = new LinkedHashMap<>();

  CommandTree(Session session) {
    nouns.put("login", () -> new CommandLine(new LoginCommand(session)));
    nouns.put(
        "context",
        () ->
            group(
                new ContextCommand(),
                new ContextList(session),
                new ContextUse(session),
                new ContextShow(session),
                new ContextRemove(session)));
    nouns.put(
        "token",
        () ->
            group(
                new TokenCommand(),
                new TokenCreate(session),
                new TokenList(session),
                new TokenRevoke(session)));
    nouns.put(
        "host",
        () ->
            group(
                new HostCommand(),
                new HostList(session),
                new HostShow(session),
                new HostKey(session),
                new HostLabel(session),
                new HostRemove(session),
                new HostPending(session),
                new HostApprove(session),
                new HostDeny(session)));
    nouns.put(
        "snapshot",
        () ->
            group(
                new SnapshotCommand(),
                new SnapshotList(session),
                new SnapshotShow(session),
                new SnapshotDiff(session),
                new SnapshotRestore(session),
                new SnapshotPin(session),
                new SnapshotRemove(session)));
    nouns.put(
        "checkpoint",
        () ->
            group(
                new CheckpointCommand(),
                new CheckpointCreate(session),
                new CheckpointList(session),
                new CheckpointShow(session),
                new CheckpointRestore(session),
                new CheckpointRemove(session)));
    nouns.put(
        "bundle",
        () ->
            group(
                new BundleCommand(),
                new BundleInit(session),
                new BundleBuild(session),
                new BundleSign(session),
                new BundleVerify(session),
                new BundlePush(session),
                new BundleList(session),
                new BundleShow(session),
                new BundleYank(session),
                new BundleStatusCommand(session)));
    nouns.put(
        "limits",
        () ->
            group(
                new LimitsCommand(),
                new LimitsList(session),
                new LimitsShow(session),
                new LimitsSet(session)));
    nouns.put(
        "sandbox",
        () ->
            group(
                new SandboxCommand(),
                new SandboxShow(session),
                new SandboxTest(session),
                new SandboxLearn(session),
                group(
                    new ProfileCommand(),
                    new ProfilePush(session),
                    new ProfileList(session),
                    new ProfileShow(session),
                    new ProfileRemove(session))));
    nouns.put(
        "trust",
        () ->
            group(
                new TrustCommand(),
                new TrustList(session),
                new TrustAdd(session),
                new TrustRemove(session),
                new TrustRevoke(session)));
    nouns.put("signer", () -> group(new SignerCommand(), new SignerCommand.Create(session)));
    nouns.put("operator", () -> group(new OperatorCommand(), new OperatorCreate(session)));
    nouns.put(
        "index",
        () ->
            group(
                new IndexCommand(),
                new IndexShow(session),
                new IndexDraft(session),
                new IndexSign(session),
                new IndexPush(session)));
    nouns.put(
        "revocation",
        () ->
            group(
                new RevocationCommand(),
                new RevocationCreate(session),
                new RevocationList(session)));
    nouns.put("ca", () -> group(new CaCommand(), new CaShow(session), new CaRotate(session)));
    nouns.put("run", () -> new CommandLine(new RunCommand(session)));
    nouns.put(
        "job",
        () ->
            group(
                new JobCommand(),
                new JobList(session),
                new JobShow(session),
                new JobLogs(session),
                new JobCancel(session),
                new JobPreview(session),
                new JobWatchCommand(session)));
    nouns.put("top", () -> new CommandLine(new TopCommand(session)));
    nouns.put("usage", () -> new CommandLine(new UsageCommand(session)));
    nouns.put(
        "alert",
        () ->
            group(
                new AlertCommand(),
                new AlertList(session),
                new AlertRules(session),
                new AlertSet(session),
                new AlertRemove(session)));
    nouns.put(
        "audit",
        () ->
            group(
                new AuditCommand(),
                new AuditList(session),
                new AuditVerify(session),
                new AuditCheckpointCommand(session)));
    nouns.put("completion", () -> new CommandLine(new CompletionCommand(session, () -> build())));
  }

  private static CommandLine group(Object noun, Object... verbs) {
    CommandLine group = new CommandLine(noun);
    for (Object verb : verbs) {
      group.addSubcommand(verb instanceof CommandLine made ? made : new CommandLine(verb));
    }
    return group;
  }

  /** The commands that {@code args} may mean: those of one noun, or all. */
  CommandLine build(String... args) {
    CommandLine root = new CommandLine(new RootCommand());
    Supplier<CommandLine> noun = args.length == 0 ? null : nouns.get(args[0]);
    if (noun != null) {
      root.addSubcommand(args[0], noun.get());
    } else if (args.length > 0 && args[0].equals("--version")) {
      return prepared(root);
    } else {
      nouns.forEach((name, made) -> root.addSubcommand(name, made.get()));
    }
    return prepared(root);
  }

  private static CommandLine prepared(CommandLine root) {
    // "@x" is an argument like any other, not a file with arguments.
    root.setExpandAtFiles(false);
    prepare(root);
    root.getCommandSpec()
        .addOption(
            OptionSpec.builder("--version")
                .versionHelp(true)
                .description("Prints the version.")
                .build());
    return root;
  }

  private static void prepare(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    spec.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Prints this.").build());
    Map<String, String> codes = new LinkedHashMap<>();
    for (ExitCode code : ExitCode.values()) {
      codes.put(Integer.toString(code.number()), code.meaning());
    }
    spec.usageMessage().exitCodeListHeading("%nExit codes:%n").exitCodeList(codes).width(100);
    spec.usageMessage().abbreviateSynopsis(!command.getSubcommands().isEmpty());
    command.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    CommandSummaries.apply(command);
    command.getSubcommands().values().forEach(CommandTree::prepare);
  }
}
