package dev.hostler.agent.state;

import java.io.IOException;

/** The rules of nftables, as nft(8) lists them, without their counters' values. */
record NftRules(HostPrograms programs) implements StateKind {

  @Override
  public String read(String name) throws IOException, InterruptedException {
    HostPrograms.Said said = programs.run("", "nft", "--stateless", "list", "ruleset");
    if (said.code() != 0) {
      throw new IOException("nft cannot list the rules: " + said.last());
    }
    return said.out().stripTrailing();
  }

  /** In one transaction of the kernel: never with half of the rules. */
  @Override
  public void restore(String name, String value) throws IOException, InterruptedException {
    if (read(name).equals(value)) {
      return;
    }
    HostPrograms.Said said = programs.run("flush ruleset\n" + value + "\n", "nft", "-f", "-");
    if (said.code() != 0) {
      throw new IOException("nft: " + said.last());
    }
    if (!read(name).equals(value)) {
      throw new IOException("the rules differ although nft took them");
    }
  }
}
