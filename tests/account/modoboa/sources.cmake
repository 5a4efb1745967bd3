set(MODOBOA_TEST_SOURCES
  modoboa/import_file_test.cpp
  modoboa/importer.cpp
  modoboa/target_test.cpp
)
