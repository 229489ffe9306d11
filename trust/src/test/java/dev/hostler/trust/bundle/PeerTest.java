package dev.hostler.trust.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerTest {

  @ParameterizedTest
  @CsvSource({
    "repo.example.com:443, repo.example.com:443",
    "db:5432, db:5432",
    "_x.my-host.example:8000-8010, _x.my-host.example:8000-8010",
    "192.0.2.7:443, 192.0.2.7:443",
    "192.0.2.7/32:443, 192.0.2.7:443",
    "10.1.0.0/16:5432, 10.1.0.0/16:5432",
    "10.1.0.0/16, 10.1.0.0/16",
    "0.0.0.0/0:443, 0.0.0.0/0:443",
    "[2001:db8::7]:443, [2001:db8:0:0:0:0:0:7]:443",
    "[2001:db8::/32]:443, [2001:db8:0:0:0:0:0:0/32]:443",
    "2001:db8::/32, 2001:db8:0:0:0:0:0:0/32",
    "[::/0], 0:0:0:0:0:0:0:0/0",
  })
  void readsEachForm(String text, String shown) {
    assertThat(Peer.parse(text)).hasToString(shown);
    assertThat(Peer.parse(shown)).isEqualTo(Peer.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "repo.example.com",
        "repo.example.com:",
        "repo.example.com:0",
        "repo.example.com:65536",
        "repo.example.com:443-80",
        "repo.example.com:-80",
        "repo.example.com:https",
        "Repo.example.com:443",
        "repo..example.com:443",
        "repo.example.com.:443",
        "-x.example:443",
        "*.example.com:443",
        "http://example.com:80",
        "127.1:80",
        "2130706433:80",
        "0x7f.0.0.1:80",
        "127.0.0.1.:80",
        "10.1.0.1/16:80",
        "10.1.0.0/33:80",
        "10.1.0.0/-1:80",
        "10.1.0.0/:80",
        "2001:db8::7:443",
        "[fe80::1%eth0]:80",
        "[repo.example.com]:443",
        "[10.1.0.0/16",
        "a b:80"
      })
  void refusesWhatCouldMeanSomethingElse(String text) {
    assertThatThrownBy(() -> Peer.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aRangeCoversItsAddressesOnItsPorts() {
    Peer.Range range = (Peer.Range) Peer.parse("10.1.0.0/16:80-90");
    assertThat(range.covers(InetAddress.ofLiteral("10.1.255.255"), 90)).isTrue();
    assertThat(range.covers(InetAddress.ofLiteral("10.1.255.255"), 91)).isFalse();
    assertThat(range.covers(InetAddress.ofLiteral("10.2.0.0"), 80)).isFalse();
    assertThat(range.covers(InetAddress.ofLiteral("::a01:1"), 80)).isFalse();
  }
}
