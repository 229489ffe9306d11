package dev.hostler.lab.e2e;

import dev.hostler.lab.stack.AgentHost;
import dev.hostler.lab.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** One controller and three agents, started at first use and shared by all end-to-end tests. */
final class Fleet {
  private static Fleet running;

  final Stack stack;
  final AgentHost one;
  final AgentHost two;
  final AgentHost three;

  private Fleet() throws IOException, InterruptedException {
    Path data = Files.createTempDirectory("hostler-e2e-");
    stack = Stack.start(Stack.checkout(), data);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(stack, data)));
    one = stack.addAgent("one");
    two = stack.addAgent("two");
    three = stack.addAgent("three");
  }

  static synchronized Fleet get() {
    try {
      if (running == null) {
        running = new Fleet();
      }
      return running;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void end(Stack stack, Path data) {
    stack.close();
    try (Stream<Path> all = Files.walk(data)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      System.err.println("left behind: " + data + ": " + e);
    }
  }
}
