package dev.hostler.controller.link;

import dev.hostler.common.signing.Fingerprints;
import dev.hostler.controller.revocation.RevokedParties;
import io.grpc.BindableService;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns away calls of revoked parties and of hosts that were removed, and ends those that are open
 * at the moment of revocation, also streams that have been open for days. Thread-safe.
 */
public final class RevokedCalls implements ServerInterceptor {
  private static final int REMOVED_KEPT = 10_000;

  private final Supplier<RevokedParties> revoked;
  private final Supplier<Party> caller;
  private final Set<Guarded<?, ?>> open = ConcurrentHashMap.newKeySet();

  /** Hosts that were removed lately: a call that was let in just before must not slip through. */
  private final Set<UUID> removed =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<UUID, Boolean> eldest) {
                  return size() > REMOVED_KEPT;
                }
              }));

  /**
   * Who calls.
   *
   * @param operator the operator's name; null: an agent
   * @param host the agent's host; null: an operator, or a host that is not in the fleet yet
   * @param certificate that was presented; empty: none
   */
  public record Party(
      @Nullable String operator, @Nullable UUID host, Optional<X509Certificate> certificate) {
    @Nullable String revokedIn(RevokedParties revoked) {
      if (operator != null && revoked.operators().contains(operator)) {
        return "operator " + operator + " was revoked";
      }
      return certificate.isPresent()
              && revoked.certificates().contains(Fingerprints.sha256(certificate.get()))
          ? "the certificate of '" + certificate.get().getSubjectX500Principal() + "' was revoked"
          : null;
    }
  }

  /**
   * @param revoked what is revoked now
   * @param caller who makes the current call; asked in the context of the call
   */
  public RevokedCalls(Supplier<RevokedParties> revoked, Supplier<Party> caller) {
    this.revoked = revoked;
    this.caller = caller;
  }

  /** The service with its calls watched. */
  public BindableService guard(BindableService service) {
    return () -> ServerInterceptors.intercept(service, this);
  }

  /** Something was revoked: ends the calls of whom it hits. */
  public void revoked(RevokedParties now) {
    for (Guarded<?, ?> call : open) {
      call.endIfRevoked(now);
    }
  }

  /** A host was removed from the fleet: ends its calls. */
  public void removed(UUID host) {
    removed.add(host);
    for (Guarded<?, ?> call : open) {
      call.endIfRemoved();
    }
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Guarded<Q, A> guarded = new Guarded<>(call, caller.get());
    open.add(guarded);
    if (guarded.endIfRevoked(revoked.get()) || guarded.endIfRemoved()) {
      return new ServerCall.Listener<>() {};
    }
    ServerCall.Listener<Q> listener = next.startCall(guarded, headers);
    guarded.started(listener);
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onCancel() {
        open.remove(guarded);
        super.onCancel();
      }

      @Override
      public void onComplete() {
        open.remove(guarded);
        super.onComplete();
      }
    };
  }

  /** A call that another thread may end. What its service sends after that goes nowhere. */
  private final class Guarded<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final Party party;
    private ServerCall.@Nullable Listener<Q> listener;
    private boolean ended;

    Guarded(ServerCall<Q, A> call, Party party) {
      super(call);
      this.party = party;
    }

    void started(ServerCall.Listener<Q> started) {
      boolean late;
      synchronized (this) {
        listener = started;
        late = ended;
      }
      if (late) {
        started.onCancel();
      }
    }

    boolean endIfRevoked(RevokedParties now) {
      String why = party.revokedIn(now);
      return why != null && end(why);
    }

    boolean endIfRemoved() {
      UUID host = party.host();
      return host != null
          && removed.contains(host)
          && end("host " + host + " was removed from the fleet");
    }

    private boolean end(String why) {
      ServerCall.Listener<Q> told;
      synchronized (this) {
        if (ended) {
          return true;
        }
        ended = true;
        open.remove(this);
        delegate().close(Status.PERMISSION_DENIED.withDescription(why), new Metadata());
        told = listener;
      }
      if (told != null) {
        told.onCancel(); // its service stops working for nobody
      }
      return true;
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
      if (!ended) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public synchronized void sendMessage(A message) {
      if (!ended) {
        super.sendMessage(message);
      }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
      if (!ended) {
        ended = true;
        open.remove(this);
        super.close(status, trailers);
      }
    }
  }
}
