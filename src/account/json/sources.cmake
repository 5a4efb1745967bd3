set(JSON_SOURCES
  json/settings.cpp
  json/target.cpp
)
