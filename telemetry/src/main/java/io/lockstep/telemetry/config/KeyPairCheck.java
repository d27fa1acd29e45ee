package io.lockstep.telemetry.config;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/// Whether a private key is that of a certificate. No part of TLS asks before a client does: a
/// server with another's key starts, and each handshake fails.
public final class KeyPairCheck {
  private static final byte[] SIGNED = {'l', 'o', 'c', 'k', 's', 't', 'e', 'p'};

  private KeyPairCheck() {}

  /// Signs with the one and verifies with the other.
  ///
  /// @param of the certificate's
  public static boolean fits(PublicKey of, PrivateKey key) {
    if (!of.getAlgorithm().equals(key.getAlgorithm())) {
      return false;
    }
    try {
      Signature signature = Signature.getInstance(signature(key.getAlgorithm()));
      signature.initSign(key);
      signature.update(SIGNED);
      byte[] signed = signature.sign();
      signature.initVerify(of);
      signature.update(SIGNED);
      return signature.verify(signed);
    } catch (GeneralSecurityException _) {
      return false; // as when the two are of different curves
    }
  }

  private static String signature(String algorithm) {
    return switch (algorithm) {
      case "EC" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      default -> algorithm;
    };
  }
}
