using IOLoops.DocsCheck;

// Prints each block that is wrong, and "N passed, N failed". Exit code 0 when none is.
var checker = new Checker(Clone.Current());
try
{
    checker.Run();
}
catch (InvalidDataException unreadable) // Where blocks begin and end is unclear, so the others of that file are not checked.
{
    Console.WriteLine($"FAIL  {unreadable.Message}");
    Console.WriteLine("0 passed, 1 failed");
    return 1;
}
foreach (string problem in checker.Problems)
    Console.WriteLine($"FAIL  {problem}");
Console.WriteLine($"{checker.Right} passed, {checker.Problems.Count} failed");
return checker.Problems.Count == 0 ? 0 : 1;
