package dev.hostler.cli.host;

import dev.hostler.cli.command.Details;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.Host;
import dev.hostler.proto.v1.HostFacts;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;

/** How hosts look. */
final class HostView {
  private HostView() {}

  static Json.Fields json(Host host) {
    HostFacts facts = host.getFacts();
    return Json.object()
        .put("id", host.getId())
        .put("name", host.getName())
        .put("connected", host.getConnected())
        .put("enrolled_at", Format.utc(host.hasEnrolledAt(), host.getEnrolledAt()))
        .put("last_seen_at", Format.utc(host.hasLastSeenAt(), host.getLastSeenAt()))
        .put("labels", new TreeMap<>(host.getLabelsMap()))
        .put(
            "facts",
            Json.object()
                .put("hostname", facts.getHostname())
                .put("os_id", facts.getOsId())
                .put("os_version", facts.getOsVersion())
                .put("os_name", facts.getOsName())
                .put("kernel", facts.getKernel())
                .put("arch", facts.getArch())
                .put("cpus", facts.getCpus())
                .put("memory_bytes", facts.getMemoryBytes())
                .put("addresses", facts.getAddressesList())
                .put("labels", new TreeMap<>(facts.getLabelsMap()))
                .put("agent_version", facts.getAgentVersion())
                .put("cgroup_version", facts.getCgroupVersion())
                .put("booted_at", Format.utc(facts.hasBootedAt(), facts.getBootedAt())));
  }

  /** Shows one host in the wanted format. */
  static void print(Session session, ResultOptions result, Host host) {
    result.one(
        session.console(),
        json(host),
        () -> details(host, session.console().outStyle(), session.time().instant()));
  }

  static Table table(List<Host> hosts, Style style, Instant now) {
    Table table =
        new Table("NAME", "STATE", "SEEN", "OS", "ARCH", "CPUS", "MEMORY", "LABELS", "ID");
    for (Host host : hosts) {
      HostFacts facts = host.getFacts();
      table
          .row()
          .cell(host.getName())
          .state(state(host), style)
          .cell(host.hasLastSeenAt() ? Format.age(host.getLastSeenAt(), now) : "never")
          .cell(
              facts.getOsId().isEmpty()
                  ? ""
                  : (facts.getOsId() + " " + facts.getOsVersion()).strip())
          .cell(facts.getArch())
          .cell(facts.getCpus() == 0 ? "" : Integer.toUnsignedString(facts.getCpus()))
          .cell(facts.getMemoryBytes() == 0 ? "" : Format.bytes(facts.getMemoryBytes()))
          .cell(Format.labels(host.getLabelsMap()))
          .cell(host.getId());
    }
    return table;
  }

  static String details(Host host, Style style, Instant now) {
    HostFacts facts = host.getFacts();
    return new Details(style)
        .line("name", host.getName())
        .line("id", host.getId())
        .state("state", state(host))
        .line(
            "last seen",
            host.hasLastSeenAt() ? Format.age(host.getLastSeenAt(), now) + " ago" : "never")
        .line("enrolled", host.hasEnrolledAt() ? Format.local(host.getEnrolledAt()) : "")
        .line("labels", Format.labels(host.getLabelsMap()))
        .line("host name", facts.getHostname())
        .line("os", facts.getOsName())
        .line("kernel", facts.getKernel())
        .line("arch", facts.getArch())
        .line("cpus", facts.getCpus() == 0 ? "" : Integer.toUnsignedString(facts.getCpus()))
        .line("memory", facts.getMemoryBytes() == 0 ? "" : Format.bytes(facts.getMemoryBytes()))
        .line("addresses", String.join(" ", facts.getAddressesList()))
        .line("cgroup", facts.getCgroupVersion())
        .line("agent", facts.getAgentVersion())
        .line("booted", facts.hasBootedAt() ? Format.local(facts.getBootedAt()) : "")
        .toString();
  }

  private static String state(Host host) {
    return host.getConnected() ? "connected" : "offline";
  }
}
