package dev.hostler.cli.login;

import dev.hostler.cli.connect.Config;
import dev.hostler.cli.connect.Context;
import dev.hostler.cli.console.Json;

/** How contexts look. */
final class ContextView {
  private ContextView() {}

  static Json.Fields json(Config config, Context context) {
    return Json.object()
        .put("name", context.name())
        .put("current", context.name().equals(config.current()))
        .put("address", context.address())
        .put("ca", context.ca())
        .put("cert", context.cert())
        .put("key", context.key());
  }
}
