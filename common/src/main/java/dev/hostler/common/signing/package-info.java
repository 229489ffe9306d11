/** Keys, certificates, certificate paths and detached CMS signatures, with one strict rule set. */
@NullMarked
package dev.hostler.common.signing;

import org.jspecify.annotations.NullMarked;
