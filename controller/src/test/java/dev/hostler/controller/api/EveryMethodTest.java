package dev.hostler.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors;
import dev.hostler.common.config.HostPort;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.time.TimeSource;
import dev.hostler.common.tls.TlsContext;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.common.tls.TlsTrust;
import dev.hostler.controller.access.AccessConfig;
import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.CertificateAuthenticator;
import dev.hostler.controller.target.CelSelectors;
import dev.hostler.controller.trust.ControllerIdentity;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.controller.trust.OperatorRoots;
import dev.hostler.controller.trust.ServerNames;
import dev.hostler.proto.v1.AuditServiceGrpc;
import dev.hostler.proto.v1.EnrollmentGrpc;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every method of every service of the contract, called as every role over real TLS, by gRPC and as
 * JSON. The services are found, not listed: a method without a rule, or without a line here, fails.
 */
class EveryMethodTest {
  /** Who may call what: viewer, operator, deployer, security, admin. */
  private static final Map<String, String> MAY =
      table(
          """
          ControllerService/GetController  V O D S A
          HostService/ListHosts            V O D S A
          HostService/GetHost              V O D S A
          HostService/LabelHost            - O - - A
          HostService/RemoveHost           - - - S A
          HostService/ListEnrolments       - - - S A
          HostService/ApproveEnrolment     - - - S A
          HostService/DenyEnrolment        - - - S A
          CertificateService/RenewOperatorCertificate V O D S A
          CertificateService/GetFleetCa    - - - S A
          CertificateService/RotateFleetCa - - - - A
          CertificateService/FinishRotation - - - - A
          TokenService/CreateToken         - - - S A
          TokenService/ListTokens          - - - S A
          TokenService/RevokeToken         - - - S A
          BundleService/ListBundles        V O D S A
          BundleService/GetBundle          V O D S A
          BundleService/PushBundle         - - D - A
          BundleService/VerifyBundle       V O D S A
          BundleService/CheckBundle        V O D S A
          BundleService/GetBundleStatus    V O D S A
          TrustService/ListTrustedCertificates  V O D S A
          TrustService/AddTrustedCertificate    - - - S A
          TrustService/RemoveTrustedCertificate - - - S A
          TrustService/RevokeCertificate        - - - S A
          JobService/SubmitJob             - O D - A
          JobService/CancelJob             - O D S A
          JobService/GetJob                V O D S A
          JobService/ListJobs              V O D S A
          JobService/ListTasks             V O D S A
          JobService/WatchJob              V O D S A
          JobService/ReadOutput            V O D S A
          ProfileService/ListProfiles      V O D S A
          ProfileService/GetProfile        V O D S A
          ProfileService/PushProfile       - - - S A
          ProfileService/RemoveProfile     - - - S A
          AuditService/ListAudit           - - - S A
          IndexService/GetIndex            V O D S A
          IndexService/DraftIndex          V O D S A
          IndexService/PushIndex           - - D S A
          IndexService/ListRevocations     V O D S A
          IndexService/Revoke              - - - S A
          IndexService/LiftYank            - - - S A
          CheckpointService/ListCheckpoints V O D S A
          CheckpointService/GetCheckpoint  V O D S A
          LimitService/ListLimitPolicies V O D S A
          LimitService/GetLimits           V O D S A
          LimitService/SetLimits           - - - S A
          AuditService/ExportAudit         - - - S A
          UsageService/GetFleetUsage       V O D S A
          UsageService/GetHostUsage        V O D S A
          UsageService/GetBundleUsage      V O D S A
          AlertService/ListAlerts          V O D S A
          AlertService/ListAlertRules      V O D S A
          AlertService/SetAlertRule        - O - - A
          AlertService/RemoveAlertRule     - O - - A
          """);

  /** Served on the agent port, to hosts. */
  private static final Set<String> AGENT_PORT = Set.of("AgentLink", "Enrollment");

  @TempDir static Path folder;
  private static List<ServiceDescriptor> services;
  private static FleetCa ca;
  private static OperatorPort port;
  private static final Set<String> refused = new TreeSet<>();

  private static Map<String, String> table(String text) {
    Map<String, String> table = new TreeMap<>();
    text.lines().map(line -> line.split(" ", 2)).forEach(line -> table.put(line[0], line[1]));
    return table;
  }

  /** All services of the contract but those of the agent port. */
  private static List<ServiceDescriptor> find() throws Exception {
    URI location =
        AuditServiceGrpc.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    Path path = Path.of(location);
    if (Files.isDirectory(path)) {
      return find(path);
    }
    try (FileSystem jar = FileSystems.newFileSystem(path)) {
      return find(jar.getPath("/"));
    }
  }

  private static List<ServiceDescriptor> find(Path root) throws Exception {
    List<ServiceDescriptor> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(root.resolve("dev/hostler/proto/v1"))) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith("Grpc.class")
            && !AGENT_PORT.contains(name.substring(0, name.length() - "Grpc.class".length()))) {
          found.add(
              (ServiceDescriptor)
                  Class.forName("dev.hostler.proto.v1." + name.replace(".class", ""))
                      .getMethod("getServiceDescriptor")
                      .invoke(null));
        }
      }
    }
    return found;
  }

  @BeforeAll
  static void start() throws Exception {
    services = find();
    ca = FleetCa.openOrMake(folder.resolve("ca"), TimeSource.system());
    port =
        OperatorPort.start(
            new HostPort("127.0.0.1", 0),
            new ControllerIdentity(
                ca, ServerNames.with(List.of()), Duration.ofDays(1), TimeSource.system()),
            new OperatorTrust(ca, new OperatorRoots(List.of()), Duration.ZERO, TimeSource.system()),
            new CertificateAuthenticator(AccessConfig.NONE),
            new AccessPolicy(AccessConfig.NONE, new CelSelectors()),
            (actor, verb, _, _) -> {
              synchronized (refused) {
                refused.add(actor + " " + verb);
              }
            },
            List.of(),
            services.stream().map(EveryMethodTest::answering).toList());
  }

  @AfterAll
  static void stop() {
    port.close();
  }

  /** A service of which each method answers with an empty message. */
  private static BindableService answering(ServiceDescriptor service) {
    return () -> {
      ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(service);
      service.getMethods().forEach(method -> add(definition, method));
      return definition.build();
    };
  }

  private static <Q, A> void add(
      ServerServiceDefinition.Builder definition, MethodDescriptor<Q, A> method) {
    ServerCallHandler<Q, A> handler =
        (call, _) -> {
          call.request(2);
          return new ServerCall.Listener<>() {
            @Override
            public void onHalfClose() {
              call.sendHeaders(new Metadata());
              call.sendMessage(empty(method.getResponseMarshaller()));
              call.close(Status.OK, new Metadata());
            }
          };
        };
    definition.addMethod(method, handler);
  }

  private static <T> T empty(MethodDescriptor.Marshaller<T> marshaller) {
    return marshaller.parse(new java.io.ByteArrayInputStream(new byte[0]));
  }

  private static TlsIdentity identity(String role) throws Exception {
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    return new TlsIdentity(
        pair.getPrivate(),
        List.of(
            ca.issueOperator("as-" + role, List.of(role), pair.getPublic(), Duration.ofDays(1))));
  }

  private static String shortName(MethodDescriptor<?, ?> method) {
    return method.getFullMethodName().replace("hostler.v1.", "");
  }

  private static boolean may(String role, MethodDescriptor<?, ?> method) {
    String who = MAY.get(shortName(method));
    assertThat(who).as("a line of the table in this test for " + shortName(method)).isNotNull();
    return switch (role) {
      case "viewer", "operator", "deployer", "security", "admin" ->
          who.contains(role.substring(0, 1).toUpperCase(java.util.Locale.ROOT));
      default -> false;
    };
  }

  @Test
  void theTableIsTheContractAndEveryMethodHasARule() {
    List<String> methods =
        services.stream()
            .flatMap(service -> service.getMethods().stream())
            .map(EveryMethodTest::shortName)
            .toList();
    assertThat(MAY.keySet()).containsExactlyInAnyOrderElementsOf(methods);
    assertThat(services)
        .flatMap(ServiceDescriptor::getMethods)
        .allSatisfy(method -> {
          assertThat(MethodRules.of(method)).as(method.getFullMethodName()).isPresent();
          assertThat(MethodRules.isFree(method)).isFalse();
          assertThat(MethodRules.of(method).orElseThrow().verb()).matches("[a-z]+\\.[a-z_]+");
        });
  }

  @Test
  void aPortWithAMethodThatHasNoRuleDoesNotStart() {
    assertThatThrownBy(
            () -> MethodRules.requireAll(List.of(answering(EnrollmentGrpc.getServiceDescriptor()))))
        .hasMessageContaining("hostler.v1.Enrollment/Enroll");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"viewer", "operator", "deployer", "security", "admin", "unknown", "admins"})
  void everyMethodAsThisRole(String role) throws Exception {
    TlsIdentity identity = identity(role);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port.port())
            .sslContext(
                GrpcSslContexts.forClient()
                    .protocols(TlsContext.PROTOCOL)
                    .keyManager(identity.keyManager())
                    .trustManager(TlsTrust.pinnedTo(ca.roots(), null))
                    .build())
            .build();
    HttpClient http =
        HttpClient.newBuilder()
            .sslContext(
                TlsContext.create(identity.keyManager(), TlsTrust.pinnedTo(ca.roots(), null)))
            .build();
    int asJson = 0;
    try (http) {
      for (ServiceDescriptor service : services) {
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
          boolean may = may(role, method);
          assertThat(call(channel, method).getCode())
              .as(role + " " + shortName(method))
              .isEqualTo(may ? Status.Code.OK : Status.Code.PERMISSION_DENIED);
          List<HttpRequest> requests = json(method);
          for (HttpRequest request : requests) {
            HttpResponse<String> response =
                http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode())
                .as(role + " " + request + response.body())
                .isEqualTo(may ? 200 : 403);
            assertThat(response.body()).contains(may ? "" : "needs the permission");
            asJson++;
          }
          if (!may) {
            String verb = MethodRules.of(method).orElseThrow().verb();
            synchronized (refused) {
              assertThat(refused).contains("operator:as-" + role + " " + verb);
            }
          }
        }
      }
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    assertThat(asJson).isGreaterThan(10);
  }

  private static <Q, A> Status call(ManagedChannel channel, MethodDescriptor<Q, A> method)
      throws Exception {
    ClientCall<Q, A> call =
        channel.newCall(method, CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS));
    CompletableFuture<Status> ended = new CompletableFuture<>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.complete(status);
          }
        },
        new Metadata());
    call.sendMessage(empty(method.getRequestMarshaller()));
    call.halfClose();
    call.request(2);
    return ended.get(60, TimeUnit.SECONDS);
  }

  /** The method's JSON forms. */
  private static List<HttpRequest> json(MethodDescriptor<?, ?> method) {
    Descriptors.MethodDescriptor descriptor =
        ((ProtoMethodDescriptorSupplier) method.getSchemaDescriptor()).getMethodDescriptor();
    if (!descriptor.getOptions().hasExtension(AnnotationsProto.http)) {
      return List.of();
    }
    HttpRule rule = descriptor.getOptions().getExtension(AnnotationsProto.http);
    List<HttpRule> all = new ArrayList<>(rule.getAdditionalBindingsList());
    all.add(rule);
    return all.stream().map(EveryMethodTest::request).toList();
  }

  private static HttpRequest request(HttpRule rule) {
    String path =
        Arrays.asList(
                rule.getGet(), rule.getPost(), rule.getDelete(), rule.getPut(), rule.getPatch())
            .stream()
            .filter(text -> !text.isEmpty())
            .findFirst()
            .orElseThrow()
            .replaceAll("\\{[^}]*}", "x");
    return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port.port() + path))
        .header("content-type", "application/json")
        .method(
            rule.getPatternCase().name(),
            rule.getBody().isEmpty()
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString("{}"))
        .build();
  }
}
