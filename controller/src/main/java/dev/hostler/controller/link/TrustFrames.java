package dev.hostler.controller.link;

import com.google.protobuf.ByteString;
import dev.hostler.common.signing.RevocationLists;
import dev.hostler.controller.index.IndexService;
import dev.hostler.controller.index.StoredIndex;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.TrustUpdate;
import dev.hostler.trust.index.SignedIndex;
import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.SignedJob;
import java.security.cert.X509CRL;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What hosts are told of freshness and revocation. Thread-safe. */
public final class TrustFrames {
  private static final Logger LOG = LoggerFactory.getLogger(TrustFrames.class);

  private final IndexService indexes;
  private final Supplier<List<X509CRL>> lists;
  private final Supplier<List<byte[]>> answers;
  private @Nullable StoredIndex framed;
  private List<X509CRL> framedLists = List.of();
  private List<byte[]> framedAnswers = List.of();
  private @Nullable ControllerFrame frame;
  private volatile @Nullable Listed listed;

  /** A job of which is known that an index lists what it runs, or that no newer one does. */
  private record Listed(SignedJob job, @Nullable StoredIndex index) {}

  /**
   * @param indexes knows the index in force
   * @param lists revocation lists as they are now
   * @param answers OCSP answers as they are now, DER; another list whenever one is another
   */
  public TrustFrames(
      IndexService indexes, Supplier<List<X509CRL>> lists, Supplier<List<byte[]>> answers) {
    this.indexes = indexes;
    this.lists = lists;
    this.answers = answers;
  }

  /** An index as the contract has it. */
  public static dev.hostler.proto.v1.SignedIndex index(SignedIndex index) {
    return dev.hostler.proto.v1.SignedIndex.newBuilder()
        .setStatement(ByteString.copyFrom(index.statement()))
        .setSignature(ByteString.copyFrom(index.signature()))
        .build();
  }

  /**
   * Called before a job is handed out. If the index here does not list its bundle, looks for a
   * newer one: the bundle and the index that lists it may have been pushed to another controller
   * just now, whose notice is still on its way. Hosts would refuse a bundle that theirs does not
   * list.
   */
  void catchUp(SignedJob job) {
    StoredIndex now = indexes.current();
    if (new Listed(job, now).equals(listed)) {
      return;
    }
    try {
      if (JobStatement.read(job.statement()).work() instanceof JobWork.Action action
          && (now == null || !lists(now, action))) {
        indexes.refresh();
      }
    } catch (JobException e) {
      LOG.warn("a job that cannot be read is handed out: {}", e.getMessage());
    }
    listed = new Listed(job, indexes.current());
  }

  private static boolean lists(StoredIndex index, JobWork.Action action) {
    return index.index().bundles().stream()
        .anyMatch(one -> one.manifest().equals(action.manifest()));
  }

  /** All there is to tell now; empty when there is nothing. The same object for all hosts. */
  synchronized Optional<ControllerFrame> current() {
    StoredIndex index = indexes.current();
    List<X509CRL> now = lists.get();
    List<byte[]> answered = answers.get();
    if (!Objects.equals(index, framed)
        || !now.equals(framedLists)
        || !answered.equals(framedAnswers)) {
      framed = index;
      framedAnswers = answered;
      framedLists = now;
      TrustUpdate.Builder update = TrustUpdate.newBuilder();
      if (index != null) {
        update.setIndex(index(index.signed()));
      }
      now.forEach(list -> update.addCrls(ByteString.copyFrom(RevocationLists.encoded(list))));
      answered.forEach(one -> update.addOcspResponses(ByteString.copyFrom(one)));
      frame = ControllerFrame.newBuilder().setTrust(update).build();
    }
    return Optional.ofNullable(frame);
  }
}
