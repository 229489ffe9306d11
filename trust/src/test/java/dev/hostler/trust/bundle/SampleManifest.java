package dev.hostler.trust.bundle;

import dev.hostler.trust.bundle.Manifest.PayloadFile;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/** Manifests that list what a test wants, without the rules of the builder. */
final class SampleManifest {
  static final String PROGRAM = "aaa/program";
  static final String SCRIPT = "#!/bin/sh\n";

  private SampleManifest() {}

  static byte[] with(BundleToml toml, List<PayloadFile> files) throws Exception {
    PayloadFile program =
        new PayloadFile(
            PROGRAM,
            true,
            SCRIPT.length(),
            HexFormat.of()
                .formatHex(
                    PayloadReader.sha256()
                        .digest(SCRIPT.getBytes(java.nio.charset.StandardCharsets.UTF_8))));
    Manifest manifest = toml.manifest(List.of(program));
    List<PayloadFile> all = new ArrayList<>();
    all.add(program);
    all.addAll(files);
    return new Manifest(
            manifest.name(),
            manifest.version(),
            manifest.description(),
            manifest.expires(),
            manifest.platforms(),
            new TreeMap<>(manifest.actions()),
            all)
        .canonicalJson();
  }
}
