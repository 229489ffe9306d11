package dev.hostler.trust.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.trust.bundle.Manifest.PayloadFile;
import dev.hostler.trust.bundle.TrustException.Reason;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ManifestJsonTest {
  private String good = "";

  @BeforeEach
  void manifest() throws Exception {
    good =
        new String(
            BundleToml.parse(SampleBundle.TOML)
                .manifest(List.of(new PayloadFile("bin/greet", true, 3, "a".repeat(64))))
                .canonicalJson(),
            UTF_8);
  }

  private static void refused(String json, Reason reason, String word) {
    assertThatThrownBy(() -> ManifestJson.read(json.getBytes(UTF_8)))
        .isInstanceOfSatisfying(
            TrustException.class, e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason))
        .hasMessageContaining(word);
  }

  @Test
  void hasOneTextOnly() throws Exception {
    assertThat(new String(ManifestJson.read(good.getBytes(UTF_8)).canonicalJson(), UTF_8))
        .isEqualTo(good);
    refused(" " + good, Reason.MANIFEST_INVALID, "canonical form");
    refused(good + "\n", Reason.MANIFEST_INVALID, "canonical form");
    refused(good.replace("\"format\":1", "\"format\": 1"), Reason.MANIFEST_INVALID, "canonical");
    refused(good.replace("A sample", "\\u0041 sample"), Reason.MANIFEST_INVALID, "canonical");
    refused(good.replace("\"default\":2", "\"default\":2.0"), Reason.MANIFEST_INVALID, "canonical");
  }

  @Test
  void newerFormatsAreToldFromBrokenOnes() {
    refused(good.replace("\"format\":1", "\"format\":2"), Reason.UNSUPPORTED_FORMAT, "update it");
    refused(good.replace("\"format\":1", "\"format\":0"), Reason.MANIFEST_INVALID, "is not 1");
    refused(good.replace("\"format\":1", "\"format\":\"1\""), Reason.MANIFEST_INVALID, "format");
  }

  @Test
  void everyDeviationIsNamed() {
    String[][] cases = {
      {"\"name\":\"sample\"", "\"name\":\"sample\",\"name\":\"sample\"", "not JSON"},
      {"\"name\":\"sample\"", "\"name\":\"sample\",\"new\":1", "'new': is not a known field"},
      {"\"name\":\"sample\"", "\"name\":null", "name: is null"},
      {"\"name\":\"sample\",", "", "name: is missing"},
      {"\"version\":\"1.2.3\"", "\"version\":\"1.2\"", "is not a version"},
      {"\"mode\":\"0755\"", "\"mode\":\"04755\"", "setuid"},
      {"\"mode\":\"0755\"", "\"link\":\"x\",\"mode\":\"0755\"", "'link': is not a known"},
      {"\"size\":3", "\"size\":-3", "payload[0].size"},
      {"\"size\":3", "\"size\":9007199254740992", "payload[0].size"},
      {"\"size\":3", "\"size\":3.5", "payload[0].size"},
      {"aaaa", "AAAA", "64 lowercase"},
      {"\"network\":\"none\"", "\"network\":\"all\"", "is not a network"},
      {"\"pids\":64", "\"pids\":0", "out of range"},
      {"\"limits\":{", "\"limits\":[],\"x\":{", "limits: is a list"},
      {"\"payload\":[{", "\"payload\":[7,{", "payload[0]: is '7'"},
      {"\"params\":{", "\"params\":3,\"x\":{", "params: is '3'"},
    };
    for (String[] one : cases) {
      String changed = good.replace(one[0], one[1]);
      assertThat(changed).isNotEqualTo(good);
      refused(changed, Reason.MANIFEST_INVALID, one[2]);
    }
  }

  @Test
  void whatIsNotAnObject() {
    refused("", Reason.MANIFEST_INVALID, "");
    refused("[]", Reason.MANIFEST_INVALID, "is a list");
    refused("{}{}", Reason.MANIFEST_INVALID, "not JSON");
    refused("{\"a\":".repeat(100) + "1" + "}".repeat(100), Reason.MANIFEST_INVALID, "not JSON");
    assertThatThrownBy(() -> ManifestJson.read(new byte[] {'"', (byte) 0xff, '"'}))
        .hasMessageContaining("not UTF-8");
    refused("{\"payload\":[" + "{},".repeat(200) + "{}]}", Reason.MANIFEST_INVALID, "payload[0]");
  }
}
