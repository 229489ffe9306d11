package dev.hostler.cli;

import dev.hostler.cli.console.ProcessControl;
import java.lang.reflect.Proxy;

/** The process of this JVM. */
final class ThisProcess implements ProcessControl {

  /**
   * The JDK's only way to see a signal is {@code sun.misc.Signal}, of the supported module
   * jdk.unsupported, which javac warns of without a way to say that it is meant: so by reflection.
   */
  @Override
  public void onInterrupt(Runnable handler) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> signalHandler = Class.forName("sun.misc.SignalHandler");
      Object ours =
          Proxy.newProxyInstance(
              ThisProcess.class.getClassLoader(),
              new Class<?>[] {signalHandler},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      handler.run();
                      yield null;
                    }
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" ->
                        System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
                    default -> "interrupts";
                  });
      signal
          .getMethod("handle", signal, signalHandler)
          .invoke(null, signal.getConstructor(String.class).newInstance("INT"), ours);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Ctrl-C cannot be handled on this JVM", e);
    }
  }

  @Override
  public void exit(int code) {
    // No shutdown hook is needed, and none of the libraries' may delay the end.
    Runtime.getRuntime().halt(code);
  }
}
