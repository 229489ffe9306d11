/** Strict JSON for signed statements: parsing, reading field by field, the canonical form. */
@NullMarked
package dev.hostler.trust.json;

import org.jspecify.annotations.NullMarked;
