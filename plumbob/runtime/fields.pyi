from collections.abc import Iterable
from datetime import timedelta
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Literal, overload

from peewee import AutoField, BlobField, CharField, Field, ForeignKeyField, IntegerField
from typing_extensions import TypeVar

from plumbob.runtime.values import Geometry

_V = TypeVar("_V", default=Any)
_E = TypeVar("_E", bound=Enum)

class TinyIntegerField(IntegerField[_V]):
    ddl_type: str
    @overload
    def __new__(
        cls, *args: Any, null: Literal[True], **options: Any
    ) -> TinyIntegerField[int | None]: ...
    @overload
    def __new__(
        cls, *args: Any, null: Literal[False] = False, **options: Any
    ) -> TinyIntegerField[int]: ...

class MediumIntegerField(IntegerField[_V]):
    ddl_type: str
    @overload
    def __new__(
        cls, *args: Any, null: Literal[True], **options: Any
    ) -> MediumIntegerField[int | None]: ...
    @overload
    def __new__(
        cls, *args: Any, null: Literal[False] = False, **options: Any
    ) -> MediumIntegerField[int]: ...

class UnsignedTinyIntegerField(IntegerField[_V]):
    ddl_type: str
    @overload
    def __new__(
        cls, *args: Any, null: Literal[True], **options: Any
    ) -> UnsignedTinyIntegerField[int | None]: ...
    @overload
    def __new__(
        cls, *args: Any, null: Literal[False] = False, **options: Any
    ) -> UnsignedTinyIntegerField[int]: ...

class UnsignedSmallIntegerField(IntegerField[_V]):
    ddl_type: str
    @overload
    def __new__(
        cls, *args: Any, null: Literal[True], **options: Any
    ) -> UnsignedSmallIntegerField[int | None]: ...
    @overload
    def __new__(
        cls, *args: Any, null: Literal[False] = False, **options: Any
    ) -> UnsignedSmallIntegerField[int]: ...

class UnsignedMediumIntegerField(IntegerField[_V]):
    ddl_type: str
    @overload
    def __new__(
        cls, *args: Any, null: Literal[True], **options: Any
    ) -> UnsignedMediumIntegerField[int | None]: ...
    @overload
    def __new__(
        cls, *args: Any, null: Literal[False] = False, **options: Any
    ) -> UnsignedMediumIntegerField[int]: ...

class UnsignedIntegerField(IntegerField[_V]):
    ddl_type: str
    @overload
    def __new__(
        cls, *args: Any, null: Literal[True], **options: Any
    ) -> UnsignedIntegerField[int | None]: ...
    @overload
    def __new__(
        cls, *args: Any, null: Literal[False] = False, **options: Any
    ) -> UnsignedIntegerField[int]: ...

class UnsignedBigIntegerField(IntegerField[_V]):
    ddl_type: str
    @overload
    def __new__(
        cls, *args: Any, null: Literal[True], **options: Any
    ) -> UnsignedBigIntegerField[int | None]: ...
    @overload
    def __new__(
        cls, *args: Any, null: Literal[False] = False, **options: Any
    ) -> UnsignedBigIntegerField[int]: ...

class YearField(IntegerField[_V]):
    ddl_type: str
    @overload
    def __new__(cls, *args: Any, null: Literal[True], **options: Any) -> YearField[int | None]: ...
    @overload
    def __new__(
        cls, *args: Any, null: Literal[False] = False, **options: Any
    ) -> YearField[int]: ...

class BitsField(IntegerField[_V]):
    ddl_type: str
    @overload
    def __new__(
        cls, length: int = 1, *args: Any, null: Literal[True], **options: Any
    ) -> BitsField[int | None]: ...
    @overload
    def __new__(
        cls, length: int = 1, *args: Any, null: Literal[False] = False, **options: Any
    ) -> BitsField[int]: ...

class DurationField(Field[_V]):
    ddl_type: str
    @overload
    def __new__(
        cls, fraction: int = 0, *args: Any, null: Literal[True], **options: Any
    ) -> DurationField[timedelta | None]: ...
    @overload
    def __new__(
        cls, fraction: int = 0, *args: Any, null: Literal[False] = False, **options: Any
    ) -> DurationField[timedelta]: ...

class LabelField(CharField[_V]):
    ddl_type: str
    labels: tuple[str, ...]
    @overload
    def __new__(
        cls, labels: Iterable[str], *args: Any, null: Literal[True], **options: Any
    ) -> LabelField[str | None]: ...
    @overload
    def __new__(
        cls, labels: Iterable[str], *args: Any, null: Literal[False] = False, **options: Any
    ) -> LabelField[str]: ...

class EnumField(Field[_V]):
    ddl_type: str
    enum_class: type[Enum]
    @overload
    def __new__(
        cls, enum_class: type[_E], *args: Any, null: Literal[True], **options: Any
    ) -> EnumField[_E | None]: ...
    @overload
    def __new__(
        cls, enum_class: type[_E], *args: Any, null: Literal[False] = False, **options: Any
    ) -> EnumField[_E]: ...

class SetReference(ForeignKeyField[_V]): ...

class SetField(Field[_V]):
    ddl_type: str
    labels: tuple[str, ...]
    @overload
    def __new__(
        cls, labels: Iterable[str], *args: Any, null: Literal[True], **options: Any
    ) -> SetField[frozenset[str] | None]: ...
    @overload
    def __new__(
        cls, labels: Iterable[str], *args: Any, null: Literal[False] = False, **options: Any
    ) -> SetField[frozenset[str]]: ...

class EnumSetField(Field[_V]):
    ddl_type: str
    @overload
    def __new__(
        cls, enum_class: type[_E], *args: Any, null: Literal[True], **options: Any
    ) -> EnumSetField[frozenset[_E] | None]: ...
    @overload
    def __new__(
        cls, enum_class: type[_E], *args: Any, null: Literal[False] = False, **options: Any
    ) -> EnumSetField[frozenset[_E]]: ...

class GeometryField(BlobField[_V]):
    ddl_type: str
    srid: int
    @overload
    def __new__(
        cls,
        ddl_type: str = "GEOMETRY",
        srid: int = 0,
        *args: Any,
        null: Literal[True],
        **options: Any,
    ) -> GeometryField[Geometry | None]: ...
    @overload
    def __new__(
        cls,
        ddl_type: str = "GEOMETRY",
        srid: int = 0,
        *args: Any,
        null: Literal[False] = False,
        **options: Any,
    ) -> GeometryField[Geometry]: ...

class VectorField(BlobField[_V]):
    ddl_type: str
    @overload
    def __new__(
        cls, length: int, *args: Any, null: Literal[True], **options: Any
    ) -> VectorField[tuple[float, ...] | None]: ...
    @overload
    def __new__(
        cls, length: int, *args: Any, null: Literal[False] = False, **options: Any
    ) -> VectorField[tuple[float, ...]]: ...

class Inet4Field(Field[_V]):
    ddl_type: str
    @overload
    def __new__(
        cls, *args: Any, null: Literal[True], **options: Any
    ) -> Inet4Field[IPv4Address | None]: ...
    @overload
    def __new__(
        cls, *args: Any, null: Literal[False] = False, **options: Any
    ) -> Inet4Field[IPv4Address]: ...

class Inet6Field(Field[_V]):
    ddl_type: str
    @overload
    def __new__(
        cls, *args: Any, null: Literal[True], **options: Any
    ) -> Inet6Field[IPv6Address | None]: ...
    @overload
    def __new__(
        cls, *args: Any, null: Literal[False] = False, **options: Any
    ) -> Inet6Field[IPv6Address]: ...

class UnsignedAutoField(AutoField[_V]):
    ddl_type: str
    def __new__(cls, *args: Any, **options: Any) -> UnsignedAutoField[int]: ...

class UnsignedBigAutoField(AutoField[_V]):
    ddl_type: str
    def __new__(cls, *args: Any, **options: Any) -> UnsignedBigAutoField[int]: ...

class SizedAutoField(AutoField[_V]):
    ddl_type: str
    def __new__(cls, ddl_type: str, *args: Any, **options: Any) -> SizedAutoField[int]: ...
