package dev.hostler.controller.link;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.hostler.controller.host.HostFacts;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/** Facts of hosts between their message and their record. */
public final class FactsMapping {
  private static final int MAX_ADDRESSES = 64;
  private static final int MAX_BUNDLES = 1000;

  private FactsMapping() {}

  /** As reported, with texts cut to a sensible length. The labels are left to the caller. */
  public static HostFacts fromProto(dev.hostler.proto.v1.HostFacts facts) {
    List<String> addresses =
        facts.getAddressesList().stream().limit(MAX_ADDRESSES).map(FromAgent::text).toList();
    return new HostFacts(
        FromAgent.text(facts.getHostname()),
        FromAgent.text(facts.getOsId()),
        FromAgent.text(facts.getOsVersion()),
        FromAgent.text(facts.getOsName()),
        FromAgent.text(facts.getKernel()),
        FromAgent.text(facts.getArch()),
        Math.max(0, facts.getCpus()),
        Math.max(0, facts.getMemoryBytes()),
        addresses,
        FromAgent.text(facts.getAgentVersion()),
        FromAgent.text(facts.getCgroupVersion()),
        facts.hasBootedAt() ? FromAgent.instant(facts.getBootedAt()) : null,
        facts.getHeldBundlesList().stream()
            .filter(digest -> digest.size() == 32)
            .limit(MAX_BUNDLES)
            .map(digest -> HexFormat.of().formatHex(digest.toByteArray()))
            .toList(),
        LimitFields.numbers(facts.getLimits()));
  }

  /** Without labels. */
  public static dev.hostler.proto.v1.HostFacts toProto(HostFacts facts) {
    var message =
        dev.hostler.proto.v1.HostFacts.newBuilder()
            .setHostname(facts.hostname())
            .setOsId(facts.osId())
            .setOsVersion(facts.osVersion())
            .setOsName(facts.osName())
            .setKernel(facts.kernel())
            .setArch(facts.arch())
            .setCpus(facts.cpus())
            .setMemoryBytes(facts.memoryBytes())
            .addAllAddresses(facts.addresses())
            .setAgentVersion(facts.agentVersion())
            .setCgroupVersion(facts.cgroupVersion())
            .setLimits(LimitFields.message(LimitFields.read(facts.limits())));
    facts
        .heldBundles()
        .forEach(
            digest -> message.addHeldBundles(ByteString.copyFrom(HexFormat.of().parseHex(digest))));
    Instant booted = facts.bootedAt();
    if (booted != null) {
      message.setBootedAt(
          Timestamp.newBuilder().setSeconds(booted.getEpochSecond()).setNanos(booted.getNano()));
    }
    return message.build();
  }
}
