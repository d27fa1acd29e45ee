package io.lockstep.agent.sample.nvml;

/// Takes note of which GPU the library is asked about, for whoever is left to see it when that ends
/// the process. Any thread; costs next to nothing.
public interface Marks {
  /// Who asks, beside the threads that read a GPU each; each asks about one GPU at a time.
  enum Asker {
    /// Lists the GPUs.
    LIST,
    /// Asks GPUs to report events.
    EVENTS
  }

  /// Notes nothing.
  Marks NONE =
      new Marks() {
        @Override
        public void counts(int gpus) {}

        @Override
        public void reads(int index, boolean inside) {}

        @Override
        public void asks(Asker asker, int index) {}
      };

  /// How many GPUs the driver has.
  void counts(int gpus);

  /// A GPU's own thread begins, or ends, to read it.
  ///
  /// @param index the driver's
  void reads(int index, boolean inside);

  /// Another one asks about a GPU.
  ///
  /// @param index the driver's; −1 when it asks about none any more
  void asks(Asker asker, int index);
}
