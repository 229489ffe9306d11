package dev.hostler.common.signing;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokens that a PKCS#11 library knows: the JDK's provider wants the number of a slot, which
 * changes from one machine and start to the next, and has no way to ask for a token by its label.
 * Calls the library (PKCS #11 v2.40 sections 3.2, 3.6 and 5.4 to 5.5) for 64-bit Linux.
 */
@SuppressWarnings("restricted") // calls into a library that the caller names
final class Pkcs11Slots {
  /**
   * A slot with a token in it.
   *
   * @param id number of the slot
   */
  record Token(long id, String label, String manufacturer, String model, String serial) {}

  // Places in CK_FUNCTION_LIST, whose two-byte version is padded to a pointer.
  private static final int INITIALIZE = 1;
  private static final int FINALIZE = 2;
  private static final int GET_SLOT_LIST = 5;
  private static final int GET_TOKEN_INFO = 7;
  private static final int FUNCTIONS = 70;

  private static final long OK = 0;
  private static final long ALREADY_INITIALIZED = 0x191;
  private static final int OS_LOCKING_OK = 2;
  // label[32], manufacturer[32], model[16], serial[16], then numbers.
  private static final int TOKEN_INFO_BYTES = 256;
  private static final int TOKEN_FLAGS_AT = 96;
  private static final int TOKEN_INITIALIZED = 0x400;
  private static final int INITIALIZE_ARGUMENTS_BYTES = 48;
  private static final int FLAGS_AT = 32;

  private final MemorySegment functions;

  private Pkcs11Slots(MemorySegment functions) {
    this.functions = functions;
  }

  /**
   * All tokens.
   *
   * @throws IOException if it is not a PKCS#11 library or one of its calls fails
   */
  static List<Token> tokens(Path module) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      // Never unloaded: the provider uses the library as well.
      MemorySegment getList =
          SymbolLookup.libraryLookup(module, Arena.global())
              .find("C_GetFunctionList")
              .orElseThrow();
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      check("C_GetFunctionList", call(getList, out));
      MemorySegment functions =
          out.get(ValueLayout.ADDRESS, 0).reinterpret(FUNCTIONS * ValueLayout.ADDRESS.byteSize());
      return new Pkcs11Slots(functions).list(arena);
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException(module + " cannot be used as a PKCS#11 library: " + e, e);
    }
  }

  private List<Token> list(Arena arena) throws Throwable {
    MemorySegment arguments = arena.allocate(INITIALIZE_ARGUMENTS_BYTES, 8);
    arguments.set(ValueLayout.JAVA_LONG, FLAGS_AT, OS_LOCKING_OK);
    long begun = call(function(INITIALIZE), arguments);
    if (begun != ALREADY_INITIALIZED) {
      check("C_Initialize", begun);
    }
    try {
      MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
      check("C_GetSlotList", slots(MemorySegment.NULL, count));
      int slots = Math.toIntExact(count.get(ValueLayout.JAVA_LONG, 0));
      MemorySegment ids = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, slots));
      check("C_GetSlotList", slots(ids, count));
      List<Token> tokens = new ArrayList<>();
      for (int i = 0; i < slots; i++) {
        long id = ids.getAtIndex(ValueLayout.JAVA_LONG, i);
        MemorySegment info = arena.allocate(TOKEN_INFO_BYTES, 8);
        MethodHandle tokenInfo =
            Linker.nativeLinker()
                .downcallHandle(
                    function(GET_TOKEN_INFO),
                    FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        if ((long) tokenInfo.invokeExact(id, info) == OK
            && (info.get(ValueLayout.JAVA_LONG, TOKEN_FLAGS_AT) & TOKEN_INITIALIZED) != 0) {
          tokens.add(
              new Token(
                  id,
                  text(info, 0, 32),
                  text(info, 32, 32),
                  text(info, 64, 16),
                  text(info, 80, 16)));
        }
      }
      return tokens;
    } finally {
      if (begun == OK) {
        check("C_Finalize", call(function(FINALIZE), MemorySegment.NULL));
      }
    }
  }

  private long slots(MemorySegment ids, MemorySegment count) throws Throwable {
    byte onlyWithToken = 1;
    return (long)
        Linker.nativeLinker()
            .downcallHandle(
                function(GET_SLOT_LIST),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_BYTE,
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS))
            .invokeExact(onlyWithToken, ids, count);
  }

  private MemorySegment function(int place) {
    return functions.getAtIndex(ValueLayout.ADDRESS, place);
  }

  private static long call(MemorySegment function, MemorySegment argument) throws Throwable {
    return (long)
        Linker.nativeLinker()
            .downcallHandle(
                function, FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS))
            .invokeExact(argument);
  }

  private static void check(String function, long result) throws IOException {
    if (result != OK) {
      throw new IOException(
          "the PKCS#11 library answered " + function + " with 0x" + Long.toHexString(result));
    }
  }

  /** Blank-padded, not ended by a zero. */
  private static String text(MemorySegment info, long offset, long length) {
    byte[] bytes = info.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8).stripTrailing();
  }
}
