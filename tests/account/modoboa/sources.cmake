set(MODOBOA_TEST_SOURCES
  modoboa/alias_order_test.cpp
  modoboa/import_file_test.cpp
  modoboa/importer.cpp
  modoboa/target_test.cpp
)
