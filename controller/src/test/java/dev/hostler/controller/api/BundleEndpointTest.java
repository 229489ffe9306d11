package dev.hostler.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.link.EngineFixture;
import dev.hostler.controller.link.ScriptedAgent;
import dev.hostler.controller.link.TestBundles;
import dev.hostler.controller.link.TestJob;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.FetchBundleRequest;
import dev.hostler.proto.v1.FetchBundleResponse;
import dev.hostler.proto.v1.GetBundleRequest;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListBundlesRequest;
import dev.hostler.proto.v1.PushBundleRequest;
import dev.hostler.proto.v1.SealedKey;
import dev.hostler.trust.job.JobWork;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class BundleEndpointTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  @TempDir static Path folder;
  private static TestBundles files;
  private EngineFixture engine;
  private BundleServiceGrpc.BundleServiceBlockingStub bundles;
  private JobServiceGrpc.JobServiceBlockingStub jobs;
  private String name;

  @BeforeEach
  void start() throws Exception {
    if (files == null) {
      files = new TestBundles(folder);
    }
    engine = new EngineFixture(DB.database());
    bundles = BundleServiceGrpc.newBlockingStub(engine.channel);
    jobs = JobServiceGrpc.newBlockingStub(engine.channel);
    name = "b" + UUID.randomUUID().toString().substring(0, 8);
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private Bundle push(byte[] file) throws Exception {
    return push(file, file.length);
  }

  private Bundle push(byte[] file, long size) throws Exception {
    CompletableFuture<Bundle> done = new CompletableFuture<>();
    StreamObserver<PushBundleRequest> stream =
        BundleServiceGrpc.newStub(engine.channel)
            .pushBundle(
                new StreamObserver<>() {
                  @Override
                  public void onNext(Bundle bundle) {
                    done.complete(bundle);
                  }

                  @Override
                  public void onError(Throwable t) {
                    done.completeExceptionally(t);
                  }

                  @Override
                  public void onCompleted() {}
                });
    stream.onNext(PushBundleRequest.newBuilder().setSize(size).build());
    for (int at = 0; at < file.length; at += 100_000) {
      stream.onNext(
          PushBundleRequest.newBuilder()
              .setData(ByteString.copyFrom(file, at, Math.min(100_000, file.length - at)))
              .build());
    }
    stream.onCompleted();
    try {
      return done.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  private byte[] fetch(ByteString digest, long offset) {
    Metadata headers = new Metadata();
    headers.put(ScriptedAgent.HOST, UUID.randomUUID().toString());
    Iterator<FetchBundleResponse> pieces =
        AgentLinkGrpc.newBlockingStub(engine.channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .fetchBundle(
                FetchBundleRequest.newBuilder()
                    .setManifestDigest(digest)
                    .setOffset(offset)
                    .build());
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (pieces.hasNext()) {
      FetchBundleResponse piece = pieces.next();
      assertThat(piece.getOffset()).isEqualTo(offset + all.size());
      assertThat(piece.getData().size()).isLessThanOrEqualTo(256 << 10);
      all.writeBytes(piece.getData().toByteArray());
    }
    return all.toByteArray();
  }

  @Test
  void storesABundleAndHandsItOutFromAnyOffset() throws Exception {
    byte[] file = Files.readAllBytes(files.signed(name, "1.0.0", 700_000));
    Bundle pushed = push(file);
    assertThat(pushed.getName()).isEqualTo(name);
    assertThat(pushed.getSize()).isEqualTo(file.length);
    assertThat(pushed.getSigner()).contains("CN=");
    assertThat(pushed.getPushedBy()).isEqualTo("alice");
    assertThat(pushed.getActions(0).getName()).isEqualTo("greet");
    assertThat(pushed.getActions(0).getParamsSchema()).contains("\"name\"");
    assertThat(pushed.getActions(0).getTimeout().getSeconds()).isPositive();
    assertThat(push(file)).as("the same again").isEqualTo(pushed);
    for (int offset : new int[] {0, 1, 262_143, 262_144, 500_000, file.length - 1, file.length}) {
      assertThat(fetch(pushed.getManifestDigest(), offset))
          .as("from %d", offset)
          .isEqualTo(Arrays.copyOfRange(file, offset, file.length));
    }
    assertThatThrownBy(() -> fetch(pushed.getManifestDigest(), file.length + 1))
        .hasMessageContaining("OUT_OF_RANGE");
    assertThatThrownBy(() -> fetch(ByteString.copyFrom(new byte[32]), 0))
        .hasMessageContaining("NOT_FOUND");
    assertThatThrownBy(() -> fetch(ByteString.copyFromUtf8("short"), 0))
        .hasMessageContaining("INVALID_ARGUMENT");
  }

  @Test
  void refusesAnotherBundleOfTheSameVersion() throws Exception {
    push(Files.readAllBytes(files.signed(name, "1.0.0", 100)));
    byte[] other = Files.readAllBytes(files.signed(name, "1.0.0", 101));
    assertThatThrownBy(() -> push(other))
        .hasMessageContaining("ALREADY_EXISTS")
        .hasMessageContaining(name + " 1.0.0")
        .hasMessageContaining("give it a new version");
  }

  @Test
  void refusesWhatIsNotAWholeSignedBundle() throws Exception {
    byte[] good = Files.readAllBytes(files.signed(name, "1.0.0", 20_000));
    for (int cut = 0; cut < good.length; cut += 1000) {
      byte[] truncated = Arrays.copyOf(good, cut);
      assertThatThrownBy(() -> push(truncated)).hasMessageContaining("INVALID_ARGUMENT");
    }
    byte[] altered = good.clone();
    altered[altered.length - 5000] ^= 1;
    assertThatThrownBy(() -> push(altered)).hasMessageContaining("INVALID_ARGUMENT: data: ");
    byte[] unsigned = Files.readAllBytes(files.unsigned(name, "1.0.1", 10));
    assertThatThrownBy(() -> push(unsigned)).hasMessageContaining("UNSIGNED");
    assertThatThrownBy(() -> push(good, good.length - 1))
        .hasMessageContaining("size said " + (good.length - 1));
    assertThatThrownBy(() -> push(good, good.length + 1)).hasMessageContaining("size said");
    assertThatThrownBy(() -> push(good, 1L << 40)).hasMessageContaining("RESOURCE_EXHAUSTED");
    assertThat(
            bundles
                .listBundles(ListBundlesRequest.newBuilder().setName(name).build())
                .getBundlesCount())
        .isZero();
  }

  /** Where the parsers below ours may throw what they like. */
  @Test
  void refusesASignatureThatCannotBeParsed() throws Exception {
    byte[] good = Files.readAllBytes(files.signed(name, "3.0.0", 10));
    int header = new String(good, StandardCharsets.ISO_8859_1).indexOf("manifest.cms");
    int signature = header + 512; // one block of tar
    // Up to where the certificate begins, of which a controller, who has no roots, knows no better.
    for (int at = signature; at < signature + 48; at++) {
      byte[] altered = good.clone();
      altered[at] ^= 0x55;
      assertThatThrownBy(() -> push(altered))
          .as("byte " + (at - signature) + " of the signature")
          .hasMessageContaining("INVALID_ARGUMENT");
    }
  }

  @Test
  void listsTheNewestVersionFirstInPages() throws Exception {
    for (String version : List.of("1.0.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "1.10.0-beta")) {
      push(Files.readAllBytes(files.signed(name, version, 10)));
    }
    List<String> versions = new ArrayList<>();
    String token = "";
    do {
      var page =
          bundles.listBundles(
              ListBundlesRequest.newBuilder()
                  .setName(name)
                  .setPageSize(2)
                  .setPageToken(token)
                  .build());
      page.getBundlesList().forEach(bundle -> versions.add(bundle.getVersion()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(versions).containsExactly("2.0.0-rc.1", "1.10.0", "1.10.0-beta", "1.9.0", "1.0.0");
    assertThat(bundles.getBundle(GetBundleRequest.newBuilder().setName(name).build()).getVersion())
        .isEqualTo("2.0.0-rc.1");
    assertThat(
            bundles
                .getBundle(GetBundleRequest.newBuilder().setName(name).setVersion("1.9.0").build())
                .getManifest()
                .toStringUtf8())
        .contains("\"version\":\"1.9.0\"");
    assertThatThrownBy(() ->
            bundles.getBundle(
                GetBundleRequest.newBuilder().setName(name).setVersion("3.0.0").build()))
        .hasMessageContaining("NOT_FOUND: version: \"3.0.0\"");
    assertThatThrownBy(
            () -> bundles.getBundle(GetBundleRequest.newBuilder().setName("none").build()))
        .hasMessageContaining("NOT_FOUND: bundle: \"none\"");
  }

  private Job call(Bundle bundle, String action, String params, String... variables) {
    TestJob job =
        new TestJob(
            Instant.now(),
            new JobWork.Action(
                bundle.getName(),
                bundle.getVersion(),
                action,
                HexFormat.of().formatHex(bundle.getManifestDigest().toByteArray()),
                params));
    for (String variable : variables) {
      job.env.put(variable, "x");
    }
    return jobs.submitJob(job.wire(engine.ids(List.of(name))));
  }

  /** With something for each host that opens nothing. */
  private Job callSealed(Bundle bundle, String params, int times) {
    TestJob job =
        new TestJob(
            Instant.now(),
            new JobWork.Action(
                bundle.getName(),
                bundle.getVersion(),
                "greet",
                HexFormat.of().formatHex(bundle.getManifestDigest().toByteArray()),
                params));
    var request = job.wire(engine.ids(List.of(name))).toBuilder();
    for (int i = 0; i < times; i++) {
      request.addSealedKeys(
          SealedKey.newBuilder()
              .setHostId(request.getHostIds(0))
              .setWrapped(ByteString.copyFrom(new byte[113])));
    }
    return jobs.submitJob(request.build());
  }

  @Test
  void assignsAnActionAsItWasSigned() throws Exception {
    UUID host = engine.host(name);
    push(Files.readAllBytes(files.signed(name, "1.0.0", 10)));
    Bundle newest = push(Files.readAllBytes(files.signed(name, "1.1.0", 10)));
    Job job = call(newest, "greet", "{\"name\":\"ä \\\"b\\\"\",\"times\":3}");
    assertThat(job.getTitle()).isEqualTo(name + " greet");
    assertThat(job.getAction().getName().getVersion()).isEqualTo("1.1.0");
    assertThat(job.getAction().getParams().getFieldsOrThrow("times").getNumberValue()).isEqualTo(3);
    try (ScriptedAgent agent = engine.connect(host)) {
      agent.slots(1);
      var assignment = agent.awaitAssignment();
      assertThat(assignment.getBundleSize()).isEqualTo(newest.getSize());
      assertThat(assignment.getJob().getStatement().toStringUtf8())
          .contains("\"params\":{\"name\":\"ä \\\"b\\\"\",\"times\":3}");
    }
  }

  @Test
  void refusesParametersAndNamesThatDoNotFit() throws Exception {
    engine.host(name);
    Bundle bundle = push(Files.readAllBytes(files.signed(name, "1.0.0", 10)));
    assertThatThrownBy(() -> call(bundle, "gret", "{}"))
        .hasMessageContaining("NOT_FOUND: job.action.action: \"gret\"")
        .hasMessageContaining("has the actions greet");
    Bundle other = bundle.toBuilder().setVersion("9.0.0").build();
    assertThatThrownBy(() -> call(other, "greet", "{}"))
        .hasMessageContaining("NOT_FOUND: version: \"9.0.0\"");
    Bundle altered =
        bundle.toBuilder().setManifestDigest(ByteString.copyFrom(new byte[32])).build();
    assertThatThrownBy(() -> call(altered, "greet", "{}"))
        .hasMessageContaining("NOT_FOUND: job.action.manifest");
    assertThatThrownBy(() -> call(bundle, "greet", "{}"))
        .hasMessageContaining("INVALID_ARGUMENT: params")
        .hasMessageContaining("name");
    assertThatThrownBy(() -> call(bundle, "greet", "{\"extra\":true,\"name\":1}"))
        .hasMessageContaining("name")
        .hasMessageContaining("extra");
    assertThatThrownBy(() -> call(bundle, "greet", "{\"name\":\"x\"}", "LD_PRELOAD"))
        .hasMessageContaining("env: 'LD_PRELOAD' is not declared");
  }

  @Test
  void takesSecretsSealedOnly() throws Exception {
    engine.host(name);
    Bundle bundle = push(Files.readAllBytes(files.signed(name, "1.0.0", 10)));
    assertThatThrownBy(() -> call(bundle, "greet", "{\"name\":\"x\",\"password\":\"hunter2\"}"))
        .hasMessageContaining("INVALID_ARGUMENT: params")
        .hasMessageContaining("password: is secret and was not sealed")
        .message()
        .doesNotContain("hunter2");
    String sealed = "{\"name\":\"x\",\"password\":{\"$sealed\":\"AAAA\"}}";
    assertThat(callSealed(bundle, sealed, 1).getAction().getParams().getFieldsMap())
        .containsKeys("name", "password");
    assertThatThrownBy(() -> callSealed(bundle, sealed, 0))
        .hasMessageContaining("INVALID_ARGUMENT: sealed_keys: host " + name)
        .hasMessageContaining("has none");
    assertThatThrownBy(() -> callSealed(bundle, sealed, 2))
        .hasMessageContaining("INVALID_ARGUMENT: sealed_keys.host_id")
        .hasMessageContaining("there twice");
  }
}
