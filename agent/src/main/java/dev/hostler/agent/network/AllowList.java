package dev.hostler.agent.network;

import dev.hostler.trust.bundle.Peer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides whom an attempt may connect to: what its bundle declares and the host permits. */
final class AllowList {
  private static final String NOT_LISTED = "not in the allow-list";

  private final List<Peer> declared;
  private final NetworkPolicy host;
  private final PinnedNames names;

  /** What comes of a wish to connect. */
  sealed interface Decision {
    /** To one of these; at least one. */
    record Let(List<InetAddress> addresses) implements Decision {}

    /** It is not permitted. */
    record Denied(String why) implements Decision {}

    /** It would be permitted, but has no address. */
    record Unknown(String why) implements Decision {}
  }

  AllowList(List<Peer> declared, NetworkPolicy host, PinnedNames names) {
    this.declared = List.copyOf(declared);
    this.host = host;
    this.names = names;
  }

  /** Is the name declared, whatever the port? Others are never asked for. */
  boolean knows(String name) {
    return declared.stream()
        .anyMatch(peer -> peer instanceof Peer.Name one && one.name().equals(name));
  }

  /**
   * The addresses of a declared name that a program may know.
   *
   * @throws UnknownHostException if there is none
   */
  List<InetAddress> addresses(String name) throws UnknownHostException, InterruptedException {
    List<InetAddress> all = new ArrayList<>(names.of(name));
    all.removeIf(address -> isTricky(address));
    return all;
  }

  private static boolean isTricky(InetAddress address) {
    return SpecialAddresses.of(address).isPresent() || SpecialAddresses.isOwn(address);
  }

  Decision byName(String name, int port) throws InterruptedException {
    Peer.Name peer = null;
    for (Peer one : declared) {
      if (one instanceof Peer.Name named
          && named.name().equals(name)
          && named.ports().contains(port)) {
        peer = named;
      }
    }
    if (peer == null) {
      return new Decision.Denied(NOT_LISTED);
    }
    List<InetAddress> let = new ArrayList<>();
    String why = "it has no address";
    try {
      for (InetAddress address : names.of(name)) {
        Optional<String> objection = objection(peer, address, port);
        if (objection.isEmpty() || givenItself(address, port)) {
          let.add(address);
        } else {
          why = "it resolves to " + address.getHostAddress() + ", " + objection.get();
        }
      }
    } catch (UnknownHostException e) {
      return new Decision.Unknown(String.valueOf(e.getMessage()));
    }
    return let.isEmpty() ? new Decision.Denied(why) : new Decision.Let(let);
  }

  private boolean givenItself(InetAddress address, int port) {
    return declared.stream()
        .anyMatch(one ->
            one instanceof Peer.Range range
                && range.covers(address, port)
                && objection(range, address, port).isEmpty());
  }

  Decision byAddress(InetAddress address, int port) throws InterruptedException {
    @Nullable String why = null;
    for (Peer one : declared) {
      if (covers(one, address, port)) {
        Optional<String> objection = objection(one, address, port);
        if (objection.isEmpty()) {
          return new Decision.Let(List.of(address));
        }
        why = objection.get();
      }
    }
    return new Decision.Denied(why == null ? NOT_LISTED : why);
  }

  private boolean covers(Peer peer, InetAddress address, int port) throws InterruptedException {
    if (!peer.ports().contains(port)) {
      return false;
    }
    return switch (peer) {
      case Peer.Range range -> range.addresses().contains(address);
      case Peer.Name(String name, _) -> {
        try {
          yield names.of(name).contains(address);
        } catch (UnknownHostException _) {
          yield false;
        }
      }
    };
  }

  /** Why not, although it is declared. */
  private Optional<String> objection(Peer peer, InetAddress address, int port) {
    if (host.never().stream().anyMatch(range -> range.contains(address))) {
      return Optional.of("which this host never permits");
    }
    boolean given =
        peer instanceof Peer.Range(var addresses, _)
            ? SpecialAddresses.gives(addresses, address)
            : !isTricky(address);
    if (!given) {
      return Optional.of(
          SpecialAddresses.of(address).isPresent()
              ? "a special address, which only its own range gives"
              : "an address of the host itself, which only its own entry gives");
    }
    boolean permitted =
        host.peers().isEmpty()
            || host.peers().get().stream().anyMatch(one -> permits(one, peer, address, port));
    return permitted ? Optional.empty() : Optional.of("not in this host's own list");
  }

  private static boolean permits(Peer host, Peer peer, InetAddress address, int port) {
    return switch (host) {
      case Peer.Range range ->
          range.covers(address, port) && SpecialAddresses.gives(range.addresses(), address);
      case Peer.Name(String name, Peer.Ports ports) ->
          peer instanceof Peer.Name(String wanted, _)
              && wanted.equals(name)
              && ports.contains(port);
    };
  }
}
