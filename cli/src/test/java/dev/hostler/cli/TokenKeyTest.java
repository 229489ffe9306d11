package dev.hostler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SoftHsm;
import dev.hostler.proto.v1.Controller;
import dev.hostler.proto.v1.ControllerServiceGrpc;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.ListHostsResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Keys that stay on a token: for bundles, and for logging in. */
class TokenKeyTest extends CliTest {

  @Test
  void signsBundlesAndLogsInWithKeysOnAToken() throws Throwable {
    SoftHsm hsm = SoftHsm.in(Files.createDirectories(folder.resolve("hsm")));
    hsm.makeToken("ops");
    Path pin = Files.writeString(folder.resolve("pin"), SoftHsm.PIN);
    String query = "?module-path=" + hsm.module() + "&pin-source=file:" + pin;

    Path keys = folder.resolve("keys");
    assertThat(run("signer", "create", keys.toString(), "--algorithm", "p256").code()).isZero();
    hsm.store(
        "ops",
        "signer",
        Pem.privateKey(keys.resolve("signer.key")),
        Pem.certificates(keys.resolve("signer.crt")).getFirst());
    Files.delete(keys.resolve("signer.key"));
    String source = folder.resolve("hello").toString();
    String file = folder.resolve("hello.hostler").toString();
    assertThat(run("bundle", "init", source).code()).isZero();
    assertThat(run("bundle", "build", source, "--out", file).code()).isZero();
    String certificate = keys.resolve("signer.crt").toString();
    Result signed =
        run(
            "bundle",
            "sign",
            file,
            "--cert",
            certificate,
            "--key",
            "pkcs11:token=ops;object=signer" + query);
    assertThat(signed.code()).as(signed.err()).isZero();
    Result verified = run("bundle", "verify", file, "--root", keys.resolve("root.crt").toString());
    assertThat(verified.code()).as(verified.err()).isZero();

    Result absent =
        run("bundle", "sign", file, "--cert", certificate, "--key", "pkcs11:token=gone" + query);
    assertThat(absent.code()).isEqualTo(2);
    assertThat(absent.err()).contains("0 tokens fit").doesNotContain(SoftHsm.PIN);

    logsIn(hsm, query);
  }

  private void logsIn(SoftHsm hsm, String query) throws Exception {
    environment.keySet().removeIf(name -> name.matches("HOSTLER_(CONTROLLER|CA|CERT|KEY)"));
    controller.answer(
        ControllerServiceGrpc.getGetControllerMethod(),
        _ -> Controller.newBuilder().setOperator("admin").build());
    controller.answer(
        HostServiceGrpc.getListHostsMethod(), _ -> ListHostsResponse.getDefaultInstance());
    hsm.store(
        "ops",
        "login",
        Pem.privateKey(fleet.file("admin.key")),
        Pem.certificates(fleet.file("admin.crt")).getFirst());
    Result login =
        run(
            "login",
            controller.address(),
            "--ca",
            fleet.file("ca.crt").toString(),
            "--cert",
            fleet.file("admin.crt").toString(),
            "--key",
            "pkcs11:token=ops;object=login" + query);
    assertThat(login.code()).as(login.err()).isZero();
    Result list = run("host", "list");
    assertThat(list.code()).as(list.err()).isZero();
  }
}
